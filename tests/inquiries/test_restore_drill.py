"""The drill: dump, new database, everything opens; without the key it fails loudly."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from clinic.backups.making import make_backup
from clinic.models import AuditEvent
from clinic.roles import COORDINATORS, LEADS
from clinic.sealing import generate_key_pair
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry
from tests.served import copied_database, dropped_at_the_end, manage
from trials.inquiries.enums import DraftKind
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import (
    EntryDraft,
    Inquiry,
    LookupToken,
    Note,
    ReceiptStatus,
    Submission,
)
from trials.inquiries.models.sealed import sealed_models
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services.asking import ask, ask_for_link
from trials.inquiries.services.drafts import save_draft
from trials.inquiries.services.verifying import verify
from trials.inquiries.tokens import receipt_hash, receipt_token

INQUIRIES = 12


@dataclass
class Clinic:
    """A database with something of every sealed kind, and its restored copy."""

    original: str
    restored: str


def fill() -> None:
    """Make some of everything that is sealed, as the site makes it."""
    make_home_page()
    lead = make_user(LEADS)
    for _number in range(INQUIRIES):
        inquiry = make_inquiry()
        note = Note(inquiry=inquiry, author=lead, written_at=timezone.now(), visibility="team")
        note.seal_in({"text": PLANTED["message"]})
        note.save()
        save_draft(inquiry_id=inquiry.pk, kind=DraftKind.NOTE, text=PLANTED["message"], user=lead)
        typed = EntryDraft(user=make_user(COORDINATORS), saved_at=timezone.now())
        typed.seal_in({"fields": {"message": PLANTED["message"]}})
        typed.save()
        receipt = ReceiptStatus.objects.get(token_hash=receipt_hash(receipt_token(inquiry.pk, 0)))
        ask(receipt=receipt, kind=RequestKind.NOTE, answers={"text": PLANTED["message"]})
        ask_for_link(email=PLANTED["email"], language="en")
    index_submissions()


@pytest.fixture(scope="module")
def clinic(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Clinic]:
    with copied_database(django_db_blocker, "drill") as name, django_db_blocker.unblock():
        fill()
        folder = make_backup(tmp_path_factory.mktemp("drill"), with_media=False)
        with dropped_at_the_end(f"{name}_restored") as restored:
            arguments = ["restore", str(folder), f"--database={restored}", "--create"]
            done = manage(name, "owner", *arguments)
            assert done.returncode == 0, done.stderr
            yield Clinic(name, restored)


def planted_in(text: str) -> list[str]:
    return [value for value in PLANTED.values() if value in text]


# What makes pytest-django set the database up for the module.
@pytest.mark.django_db
def test_these_tests_have_a_database() -> None:
    assert connection.settings_dict["NAME"].startswith("test_")


def test_every_sealed_kind__is_in_the_drill(clinic: Clinic) -> None:
    counts = {model.__name__: model._base_manager.count() for model in sealed_models()}
    assert all(count >= INQUIRIES for count in counts.values()), counts


def test_restored__opens_completely_and_says_nothing_personal(clinic: Clinic) -> None:
    done = manage(clinic.restored, "worker", "verify_inquiries")
    assert done.returncode == 0, done.stderr
    total = sum(model._base_manager.count() for model in sealed_models())
    assert f"All {total:,} sealed values open (100 %)." in done.stdout
    assert f"lookup hashes: {INQUIRIES} compared, 0 wrong" in done.stdout
    assert f"private pages: {INQUIRIES} compared, 0 wrong" in done.stdout
    assert not planted_in(done.stdout + done.stderr)


def test_restored__has_a_whole_audit(clinic: Clinic) -> None:
    done = manage(clinic.restored, "worker", "verify_audit")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("same_id", [True, False], ids=["same id", "another id"])
def test_wrong_key__fails_loudly_for_every_value(clinic: Clinic, same_id: bool) -> None:
    public, private = generate_key_pair("demo" if same_id else "other")
    keys = {"SEALING_PUBLIC_KEY": public, "SEALING_PRIVATE_KEYS": private}
    done = manage(clinic.restored, "worker", "verify_inquiries", **keys)
    assert done.returncode == 1
    total = sum(model._base_manager.count() for model in sealed_models())
    assert f"{total} cannot be opened" in done.stderr
    assert ("TamperedError" if same_id else "UnknownKeyError") in done.stderr
    assert not planted_in(done.stdout + done.stderr)


def test_key_that_does_not_fit_the_public_one__is_loud_though_all_opens(clinic: Clinic) -> None:
    public, _private = generate_key_pair("demo")
    done = manage(clinic.restored, "worker", "verify_inquiries", SEALING_PUBLIC_KEY=public)
    assert done.returncode == 1 and "keys do not fit" in done.stderr


def test_without_a_key__the_worker_does_not_start(clinic: Clinic) -> None:
    production = {"DEMO": "0", "SECRET_KEY": "x" * 50, "DATABASE_URL": "postgres://u@/d"}
    done = manage(clinic.restored, "worker", "verify_inquiries", **production)
    assert done.returncode != 0 and "SEALING_PRIVATE_KEYS" in done.stderr


@pytest.mark.parametrize(
    ("name", "problem"),
    [("LOOKUP_KEY", "not found by what they say"), ("RECEIPT_KEY", "not by this RECEIPT_KEY")],
)
def test_other_key__is_noticed(clinic: Clinic, name: str, problem: str) -> None:
    done = manage(clinic.restored, "worker", "verify_inquiries", **{name: "another key" * 5})
    assert done.returncode == 1
    assert f"{INQUIRIES} " in done.stderr and problem in done.stderr


@pytest.mark.django_db
class TestVerify:
    """The same in this process, where rows can be broken."""

    @pytest.fixture(autouse=True)
    def _filled(self) -> None:
        fill()

    def test_run__is_one_event_without_anything_personal(self) -> None:
        before = AuditEvent.objects.count()
        assert not verify(say=lambda _: None).problems
        event = AuditEvent.objects.order_by("-at").first()
        assert AuditEvent.objects.count() == before + 1
        assert event and event.action == "inquiries.verified"
        assert event.data["rows"]["inquiries_submission"] == INQUIRIES
        assert not planted_in(str(event.data))

    def test_one_broken_row__is_named_by_its_id_and_hides_no_other(self) -> None:
        broken = Note.objects.first()
        assert broken
        Note.objects.filter(pk=broken.pk).update(blob=b"x" * 300)
        found = verify(say=lambda _: None)
        assert found.problems == {"cannot be opened": 1}
        assert found.named == [f"inquiries_note {broken.pk}: TamperedError"]
        assert found.opened["inquiries_note"] == INQUIRIES - 1
        assert AuditEvent.objects.filter(action="inquiries.verify_failed").count() == 1

    def test_emptied_request__is_no_failure(self) -> None:
        from trials.inquiries.services.erasing import erase

        first = Inquiry.objects.first()
        assert first
        erase(inquiry_id=first.pk, why="sender")
        found = verify(say=lambda _: None)
        assert not found.problems
        assert found.empty["inquiries_senderrequest"] == 1

    def test_missing_lookup_hash__is_noticed(self) -> None:
        token = LookupToken.objects.first()
        assert token
        token.delete()
        assert verify(say=lambda _: None).problems == {"not found by what they say": 1}

    @pytest.mark.parametrize("batch", [1, 5, 500])
    def test_run_that_goes_on__opens_the_rest_and_nothing_twice(
        self, monkeypatch: pytest.MonkeyPatch, batch: int
    ) -> None:
        monkeypatch.setattr("trials.inquiries.services.verifying.BATCH", batch)
        places: list[str] = []
        whole = verify(say=places.append)
        for place in places:
            table, _colon, row = place.partition(":")
            rest = verify(after=(table, uuid.UUID(row)), say=lambda _: None)
            done = sum(
                model._base_manager.filter(pk__lte=row).count()
                if model._meta.db_table == table
                else model._base_manager.count()
                for model in sealed_models()
                if model._meta.db_table <= table or table == "inquiries_inquiry"
            )
            assert rest.opened.total() == whole.opened.total() - done

    def test_queries__grow_with_batches_not_with_rows(
        self, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(40):
            verify(say=lambda _: None)


def test_position__is_written_as_printed(clinic: Clinic) -> None:
    row = Submission.objects.order_by("pk").last()
    assert row
    done = manage(
        clinic.restored, "worker", "verify_inquiries", f"--after=inquiries_submission:{row.pk}"
    )
    assert done.returncode == 0 and "0 opened" in done.stdout
    wrong = manage(clinic.restored, "worker", "verify_inquiries", "--after=clinic_user:1")
    assert wrong.returncode == 2 and "TABLE:ID" in wrong.stderr
