"""What the roles may do with the registry mirror."""

from clinic.database_roles import ADD, ALL, READ, Grants, tables_of

_SHOWN = [
    "trials_place",
    "trials_plainsummary",
    "trials_searchdocument",
    "trials_syncrun",
    "trials_trial",
    "trials_trialalias",
    "trials_trialbiomarker",
    "trials_trialcancertype",
    "trials_trialplace",
    "trials_trialsite",
    "trials_trialtherapytype",
]

# Readiness asks whether the registry should have been read.
NOT_SHOWN = {"trials_registryquery"}

GRANTS: Grants = {
    "public": dict.fromkeys(_SHOWN, READ)
    | {
        "trials_registryquery": ["SELECT (id, is_active)"],
        # Not who confirmed: that is between the team and its audit log.
        "trials_siteconfirmation": ["SELECT (id, trial_id, confirmed_at)"],
    },
    # The mirror is the worker's; staff list, classify and write summaries.
    "staff": tables_of("trials", READ)
    | {
        "trials_place": ADD,
        "trials_plainsummary": ALL,
        "trials_registryalert": [*ADD, "UPDATE (settled_at, settled_by_id)"],
        "trials_registryquery": ALL,
        "trials_searchdocument": ALL,
        "trials_siteconfirmation": ADD,
        "trials_trialbiomarker": ALL,
        "trials_teamsignature": ADD,
        "trials_trialcancertype": ALL,
        "trials_trialplace": ALL,
        "trials_trialtherapytype": ALL,
        "trials_trial": [
            "SELECT",
            "UPDATE (is_listed, unmarked_words, has_our_site, our_site_open, our_site_changed_at)",
        ],
        "trials_trialsite": ["SELECT", "UPDATE (is_ours)"],
    },
    "worker": tables_of("trials", ALL),
}
