"""The table of faults and the tests that bring them about agree."""

import re

from tests.test_security_docs import ROOT, TEST, defined_in

TABLE = ROOT / "docs" / "faults.md"
OF_FAULTS = ("test_database_faults", "test_mail_faults", "test_clock_faults")
OF_FIXTURES = {"test_these_tests_have_a_database"}


def rows() -> list[str]:
    lines = [line for line in TABLE.read_text().splitlines() if line.startswith("| ")]
    return [line for line in lines if "Shown by" not in line]


def test_every_row__names_a_test_that_exists() -> None:
    assert len(rows()) > 20
    for row in rows():
        named = TEST.findall(row)
        assert named, row
        assert [name for path, name in named if name in defined_in(path)], row


def test_every_fault_that_is_tested__has_a_row() -> None:
    named = {name for _path, name in TEST.findall(TABLE.read_text())}
    for module in OF_FAULTS:
        found = {
            name for name in defined_in(f"tests/faults/{module}.py") if name.startswith("test_")
        }
        assert found
        assert found - OF_FIXTURES <= named, module


def test_words_about_the_log__stand_in_the_code() -> None:
    code = (
        "".join((ROOT / "clinic" / name).read_text() for name in ("worker.py", "outbox.py"))
        + (ROOT / "clinic" / "management" / "commands" / "backup.py").read_text()
    )
    for said in ("The database does not answer", "was not sent", "There is no new backup."):
        assert said in code and said in TABLE.read_text()


def test_limits__are_those_of_the_code() -> None:
    from clinic.database_patience import PATIENCE_SECONDS
    from clinic.error_pages import RETRY_AFTER_SECONDS
    from clinic.mail_backend import CONVERSATION_LIMIT
    from clinic.outbox import GIVE_UP_AFTER, LEAST_ATTEMPTS, LONGEST_DELAY

    text = TABLE.read_text()
    assert f"after {PATIENCE_SECONDS:.0f} seconds" in text
    assert f"Retry-After: {RETRY_AFTER_SECONDS}" in text
    assert f"after {CONVERSATION_LIMIT.seconds // 60} minutes" in text
    hours = LONGEST_DELAY.seconds // 3600
    assert re.search(rf"up to {hours} hours, for {GIVE_UP_AFTER.days * 24} hours and ten", text)
    assert LEAST_ATTEMPTS == 10
