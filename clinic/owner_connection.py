"""The owner's connection for one command of another process.

Sealing anew changes what nobody may change otherwise: no role of a running process can write over
what a sender or a colleague wrote. The command needs the keys of the worker and, for the minutes
that it runs, the rights of the owner.
"""

import environ
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from clinic.embedded_postgres import is_configured

_OWNER_OF_THE_BUNDLED = "postgres"
_VARIABLE = "OWNER_DATABASE_URL"


def connect_as_owner() -> None:
    """Let this process reach its database as the owner; raises ImproperlyConfigured without one."""
    env = environ.Env()
    connection.close()
    if env(_VARIABLE, default=""):
        owner = env.db(_VARIABLE)
        connection.settings_dict.update(
            {name: owner[name] for name in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
        )
        # The role of a process, where one login plays all of them.
        connection.settings_dict["OPTIONS"].pop("options", None)
    elif is_configured(settings.DATABASES, settings.DATA_DIR):
        connection.settings_dict["USER"] = _OWNER_OF_THE_BUNDLED
    else:
        raise ImproperlyConfigured(f"{_VARIABLE} is missing: load the owner's file as well.")
