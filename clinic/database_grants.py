"""What the roles may do with the tables of Django, Wagtail, allauth and the project package."""

from clinic.database_roles import ADD, ALL, READ, Grants, tables_of

# What a public page is made of. Revisions, comments, log entries, users and sessions are not.
_CONTENT = [
    "wagtailcore_collection",
    "wagtailcore_collectionviewrestriction",
    "wagtailcore_collectionviewrestriction_groups",
    "wagtailcore_locale",
    "wagtailcore_page",
    "wagtailcore_pageviewrestriction",
    "wagtailcore_pageviewrestriction_groups",
    "wagtailcore_site",
    "wagtaildocs_document",
    "wagtailredirects_redirect",
    "wagtailsearch_indexentry",
    "clinic_clinicimage",
    "clinic_clinicrendition",
    "clinic_clinicsettings",
    "clinic_contactpage",
    "clinic_homepage",
    "clinic_patienttext",
    "clinic_peoplepage",
    "clinic_person",
    "clinic_standardpage",
    "clinic_takedown",
    "clinic_translation",
]
# Readable by the public role, but nothing that a cached page shows.
NOT_SHOWN = {
    "clinic_alarm",
    "clinic_clinicrendition",
    "clinic_pagecachegeneration",
    "clinic_ratelimithit",
    "clinic_workerheartbeat",
    "django_content_type",
    "django_migrations",
    "wagtailsearch_indexentry",
}

_WAGTAIL = {
    table: privileges
    for app in (
        "wagtailcore",
        "wagtailadmin",
        "wagtaildocs",
        "wagtailembeds",
        "wagtailimages",
        "wagtailredirects",
        "wagtailsearch",
        "wagtailusers",
        "simple_translation",
        "taggit",
    )
    for table, privileges in tables_of(app, ALL).items()
}
_CLINIC = {
    table: privileges
    for table, privileges in tables_of("clinic", ALL).items()
    if table != "clinic_loginmemory"
} | {
    "clinic_auditchain": READ,
    "clinic_auditevent": ADD,
    "django_content_type": READ,
    "django_migrations": READ,
}
_ACCOUNTS = {
    table: ALL for app in ("account", "mfa", "sessions", "auth") for table in tables_of(app, ALL)
}

GRANTS: Grants = {
    "public": {
        **dict.fromkeys(_CONTENT, READ),
        "clinic_auditevent": ["INSERT"],
        "clinic_failedsearch": ["INSERT"],
        # Readiness: what the worker found, of what this role may not look at itself.
        "clinic_alarm": READ,
        "clinic_outboxmessage": ["INSERT"],
        "clinic_pagecachegeneration": READ,
        "clinic_ratelimithit": ADD,
        "clinic_workerheartbeat": READ,
        "django_content_type": READ,
        "django_migrations": READ,
    },
    "staff": _WAGTAIL | _CLINIC | _ACCOUNTS | {"auth_permission": READ, "clinic_loginmemory": ALL},
    # Publishes on schedule, syncs, sends, chains the audit; never logs anybody in.
    "worker": _WAGTAIL
    | _CLINIC
    | {
        "account_emailaddress": READ,
        "auth_group": READ,
        "auth_group_permissions": READ,
        "auth_permission": READ,
        "clinic_auditchain": ADD,
        "clinic_user": READ,
        "clinic_user_groups": READ,
        "clinic_user_user_permissions": READ,
        "django_session": ["SELECT", "DELETE"],
    },
}
