"""What the roles may do with the registry mirror."""

from clinic.database_roles import ALL, READ, Grants, tables_of

_SHOWN = [
    "trials_plainsummary",
    "trials_searchdocument",
    "trials_syncrun",
    "trials_trial",
    "trials_trialalias",
    "trials_trialcancertype",
    "trials_trialsite",
    "trials_trialtherapytype",
]

GRANTS: Grants = {
    "public": dict.fromkeys(_SHOWN, READ),
    # The mirror is the worker's; staff list, classify and write summaries.
    "staff": tables_of("trials", READ)
    | {
        "trials_plainsummary": ALL,
        "trials_registryquery": ALL,
        "trials_searchdocument": ALL,
        "trials_trialcancertype": ALL,
        "trials_trialtherapytype": ALL,
        "trials_trial": ["SELECT", "UPDATE (is_listed, has_our_site, our_site_open)"],
        "trials_trialsite": ["SELECT", "UPDATE (is_ours)"],
    },
    "worker": tables_of("trials", ALL),
}
