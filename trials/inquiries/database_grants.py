"""What each process may do with the tables of this room: the public one adds, and reads none."""

from clinic.database_roles import ADD, ALL, READ

GRANTS = {
    "public": {
        "inquiries_inquiry": ["INSERT"],
        "inquiries_inquirytrial": ["INSERT"],
        "inquiries_linkrequest": ["INSERT"],
        "inquiries_receiptstatus": ADD,
        "inquiries_replyfigures": READ,
        # What was asked for and when, as the private page shows it; not what was written.
        "inquiries_senderrequest": [
            "INSERT",
            "SELECT (id, receipt_id, kind, about_id, asked_at, undo_until, settled_at, outcome,"
            " keep_reason)",
        ],
        "inquiries_submission": ["INSERT"],
    },
    "staff": {
        "inquiries_inquiry": [*ADD, "UPDATE"],
        "inquiries_inquirytrial": [*ADD, "DELETE"],
        # Staff decide what is erased; the worker alone deletes.
        "inquiries_submission": [*ADD, "UPDATE (indexed_at)"],
        "inquiries_receiptstatus": [*ADD, "UPDATE"],
        "inquiries_replyfigures": READ,
        # For who asks in a letter or on the telephone.
        "inquiries_senderrequest": [*ADD, "UPDATE"],
        "inquiries_lookuptoken": ADD,
        "inquiries_attempt": ADD,
        "inquiries_note": ADD,
        "inquiries_pause": [*ADD, "UPDATE"],
        "inquiries_trialteammember": ALL,
        "inquiries_savedfilter": ALL,
        "inquiries_notedraft": ALL,
        "inquiries_entry": ADD,
        "inquiries_entrydraft": ALL,
        "inquiries_emergencyaccess": ADD,
        "inquiries_syntheticrun": READ,
        "inquiries_hold": [*ADD, "UPDATE (lifted_at, lifted_by_id)"],
        "inquiries_laterconsent": [*ADD, "UPDATE (ended_at, ended_by_id, end_reason)"],
        "inquiries_retentionrule": ADD,
        "inquiries_escalation": READ,
        "inquiries_messagetemplate": ALL,
    },
    "worker": {
        # Triggers refuse the deletion of all but synthetic ones. Adds those of late sendings.
        "inquiries_inquiry": [*ADD, "UPDATE", "DELETE"],
        "inquiries_inquirytrial": ADD,
        "inquiries_submission": [*ADD, "UPDATE (indexed_at)", "DELETE"],
        "inquiries_receiptstatus": ALL,
        "inquiries_replyfigures": ALL,
        "inquiries_senderrequest": ["SELECT", "UPDATE"],
        "inquiries_linkrequest": ["SELECT", "UPDATE", "DELETE"],
        "inquiries_lookuptoken": [*ADD, "DELETE"],
        "inquiries_attempt": READ,
        "inquiries_note": ["SELECT", "DELETE"],
        "inquiries_notedraft": ["SELECT", "DELETE"],
        "inquiries_entry": READ,
        "inquiries_entrydraft": ["SELECT", "DELETE"],
        "inquiries_pause": [*ADD, "UPDATE"],
        "inquiries_trialteammember": READ,
        "inquiries_emergencyaccess": READ,
        "inquiries_syntheticrun": ALL,
        "inquiries_hold": READ,
        # Ends those of whom asks for it on the private page, or is erased.
        "inquiries_laterconsent": ["SELECT", "UPDATE (ended_at, ended_by_id, end_reason)"],
        "inquiries_retentionrule": READ,
        "inquiries_escalation": ADD,
        # Publishes on schedule what was approved.
        "inquiries_messagetemplate": ["SELECT", "UPDATE"],
    },
}
# Neither is on a page that is cached; the figures are not either, but may come to be.
NOT_SHOWN = {"inquiries_receiptstatus", "inquiries_senderrequest"}
