"""What each process may do with the tables of this room: the public one adds, and reads none."""

from clinic.database_roles import ADD, ALL

GRANTS = {
    "public": {
        "inquiries_inquiry": ["INSERT"],
        "inquiries_inquirytrial": ["INSERT"],
        "inquiries_submission": ["INSERT"],
        "inquiries_receiptstatus": ADD,
    },
    "staff": {
        "inquiries_inquiry": [*ADD, "UPDATE"],
        "inquiries_inquirytrial": ADD,
        "inquiries_submission": [*ADD, "UPDATE (indexed_at)"],
        "inquiries_receiptstatus": [*ADD, "UPDATE"],
        "inquiries_lookuptoken": ADD,
        "inquiries_attempt": ADD,
        "inquiries_note": ADD,
        "inquiries_trialteammember": ALL,
    },
    "worker": {
        "inquiries_inquiry": ["SELECT", "UPDATE (assignee_id, next_action_on, version)"],
        "inquiries_inquirytrial": ["SELECT"],
        "inquiries_submission": ["SELECT", "UPDATE (indexed_at)"],
        "inquiries_lookuptoken": ADD,
        "inquiries_trialteammember": ["SELECT"],
    },
}
NOT_SHOWN = {"inquiries_receiptstatus"}
