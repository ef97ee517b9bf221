"""No file of the product holds a secret, but for those of the demo, which production refuses."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic.demo_secrets import VALUES
from clinic.sealing import generate_key_pair
from tests.served import ROOT

FOLDERS = ("clinic", "docs", "education", "templates", "tests", "trials")
NO_TEXT = {".gz", ".jpg", ".mo", ".png", ".pyc", ".webp", ".woff2"}
SECRETS = {
    "private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "key of a cloud": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[\w-]{35}\b",
    "token of a service": r"\b(?:gh[pousr]_\w{36}|xox[abprs]-[\w-]{10,}|[sr]k_live_\w{16,})",
    "password in an address": r"\b[a-z+]{4,}://[^\s/:@{<*]+:(?!password@)[^\s/:@{<*.…]{8,}@",
    "value of a key": (
        r"(?:SECRET|SEALING|LOOKUP|RECEIPT|PRIVATE|API)_?(?:PRIVATE_)?(?:KEYS?|TOKEN)[\"']?\s*[:=]"
        r"\s*[\"']?(?=[\w+/=-]*\d)(?=[\w+/=-]*[A-Z])[\w+/=-]{40,}"
    ),
    # Those of the tests say so in their name.
    "sealing key": r"\b(?!of-the-tests:)(?<![\w-])[\w-]{1,20}:[A-Za-z0-9+/_-]{43}=?(?![\w/+=])",
}


def files() -> Iterator[tuple[Path, str]]:
    """Return every text file of the product."""
    top = [file for file in ROOT.iterdir() if file.is_file() and not file.name.startswith(".env")]
    for file in (*top, *(found for name in FOLDERS for found in (ROOT / name).rglob("*"))):
        if file.is_file() and file.suffix not in NO_TEXT:
            yield file, file.read_text(encoding="utf-8", errors="replace")


def found_in(text: str) -> list[str]:
    for value in VALUES.values():
        text = text.replace(value, "")
    return [name for name, pattern in SECRETS.items() if re.search(pattern, text)]


def test_files__hold_no_secret() -> None:
    found = {str(file.relative_to(ROOT)): found_in(text) for file, text in files()}
    assert len(found) > 700
    assert {name: secrets for name, secrets in found.items() if secrets} == {}


@pytest.mark.parametrize("secret", ["private", "address", "assigned", "ours"])
def test_scan__sees_a_secret(secret: str) -> None:
    texts = {
        "private": "-----BEGIN " + "EC PRIVATE KEY-----",
        "address": "postgres://clinic:" + "hunter2hunter2@db.example/clinic",
        "assigned": "SECRET_KEY=" + "aB3" * 15,
        "ours": f"KEYS = {generate_key_pair('2026a')[1]}",
    }
    assert found_in(texts[secret])
