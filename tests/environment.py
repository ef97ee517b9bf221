"""The environment of the tests: set before Django reads its settings.

Tests run as the owner of the database, so that one process can migrate, load and look at
everything; tests of a narrower role say ``SET ROLE``.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

os.environ["IGNORE_DOTENV"] = "1"
os.environ["DEMO"] = "1"
os.environ["PROCESS"] = "owner"
os.environ.setdefault("DATA_DIR", str(ROOT / ".data" / "test"))
os.environ["EMAIL_URL"] = "memorymail://"
os.environ["SYNTHETIC_EVERY_MINUTES"] = "0"  # whatever runs on this machine gets no form from tests
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's sync API runs an event loop

# WhiteNoise warns of a missing folder whenever a client starts.
(Path(os.environ["DATA_DIR"]) / "static").mkdir(parents=True, exist_ok=True)
