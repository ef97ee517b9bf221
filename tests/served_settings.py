"""The settings of a server process that a test starts on the database it names."""

import os

from clinic.settings import *  # noqa: F403
from clinic.settings import DATABASES, STORAGES

DATABASES["default"]["NAME"] = os.environ["SERVED_DATABASE"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
