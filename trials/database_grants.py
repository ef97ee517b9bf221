"""What each process may do with trials: the public one reads what its pages and API show."""

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
    "staff": tables_of("trials", ALL),
    "worker": tables_of("trials", ALL),
}
