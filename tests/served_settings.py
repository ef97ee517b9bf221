"""The settings of a server process that a test starts on the database it names."""

import os

from clinic import database_patience
from clinic.settings import *  # noqa: F403
from clinic.settings import DATABASES, STORAGES

DATABASES["default"]["NAME"] = os.environ["SERVED_DATABASE"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
if "RESTORED_MEDIA" in os.environ:
    MEDIA_ROOT = os.environ["RESTORED_MEDIA"]
if "DATABASE_PATIENCE" in os.environ:
    database_patience.PATIENCE_SECONDS = float(os.environ["DATABASE_PATIENCE"])
