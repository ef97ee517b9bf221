"""The export: who may, what is in the file, and that the audit comes first."""

import csv
import io
import re
from datetime import timedelta
from http import HTTPStatus

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.roles import COORDINATORS, LEADS
from tests.factories import log_in_afresh, make_home_page, make_user
from tests.inquiries.factories import ANSWERS, PLANTED, make_inquiry, make_member, make_trial
from tests.inquiries.report_rows import at_step, rows, save
from trials.inquiries import services
from trials.inquiries.access_log import accesses, events_about
from trials.inquiries.enums import ExportReason, InquiryState
from trials.inquiries.models import Inquiry, Submission
from trials.inquiries.reports.period import ScopeForm
from trials.inquiries.services import exporting
from trials.inquiries.timeline import timeline

pytestmark = pytest.mark.django_db
PLAIN = "/admin/inquiry-reports/export/"
CONTACTS = "/admin/inquiry-reports/export/contacts/"
SURE = {"kind": "csv", "reason": "inspection", "case_number": "AU-7", "is_sure": "on"}
SCOPE = ScopeForm({})


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def lead():
    return make_user(LEADS, first_name="Lena", last_name="Lead")


@pytest.fixture
def fresh(lead):
    """A lead's browser that has just shown the password."""
    client = Client()
    log_in_afresh(client, lead)
    return client


def rows_of(response):
    """The lines of a CSV file that was sent, as dictionaries."""
    assert response["Content-Type"].startswith("text/csv"), response.status_code
    data = b"".join(response.streaming_content)
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def take(client, address=PLAIN, **overrides):
    data = SURE if address.startswith(CONTACTS) else {"kind": "csv"}
    return client.post(address, {**data, **overrides})


class TestWhoMay:
    @pytest.mark.parametrize("address", [PLAIN, CONTACTS])
    def test_coordinators_and_superusers_may_not(self, address):
        member = make_member(make_trial(), COORDINATORS)
        for user in (member, make_user(is_superuser=True, is_staff=True)):
            client = Client()
            log_in_afresh(client, user)
            for response in (client.get(address), take(client, address)):
                assert response.status_code != HTTPStatus.OK
        assert AuditEvent.objects.filter(action="inquiry.refused").count() == 4
        assert not AuditEvent.objects.filter(action="inquiry.export_made").exists()

    @pytest.mark.parametrize(
        "address, codename", [(PLAIN, "export_inquiries"), (CONTACTS, "export_contacts")]
    )
    def test_a_lead_needs_the_permission_of_each(self, fresh, lead, address, codename):
        save(*rows(2))
        lead.groups.get().permissions.remove(Permission.objects.get(codename=codename))
        assert take(fresh, address).status_code != HTTPStatus.OK
        assert not AuditEvent.objects.filter(action="inquiry.export_made").exists()

    def test_the_services_ask_too(self):
        coordinator = make_user(COORDINATORS)
        scope = SCOPE.scope()
        with pytest.raises(services.RefusedError):
            services.export_inquiries(scope=scope, kind="csv", actor=coordinator)
        with pytest.raises(services.RefusedError):
            services.export_contacts(
                scope=scope,
                kind="csv",
                reason=ExportReason.LEGAL,
                case_number="",
                actor=coordinator,
            )

    @pytest.mark.parametrize("address", [PLAIN, CONTACTS])
    def test_the_password_is_asked_for_first(self, lead, address):
        make_inquiry()
        client = Client()
        client.force_login(lead)
        for response in (client.get(address), take(client, address)):
            assert response.status_code == HTTPStatus.FOUND
            assert "reauthenticate" in response["Location"]
        assert not AuditEvent.objects.filter(action="inquiry.export_made").exists()

    @pytest.mark.parametrize("address", [PLAIN, CONTACTS])
    def test_only_a_post_takes_a_file(self, fresh, address):
        assert "Content-Disposition" not in fresh.get(f"{address}?kind=csv&is_sure=on")


class TestPlain:
    def test_nothing_tells_who_somebody_is(self, fresh):
        inquiry = make_inquiry(trial=make_trial())
        response = take(fresh)
        (line,) = rows_of(response)
        text = " ".join(line.values())
        for secret in (*PLANTED.values(), inquiry.reference, str(inquiry.pk)):
            assert secret not in text
        # No day, no time: a month, and numbers.
        assert line["month"] == f"{timezone.localtime(inquiry.received_at):%Y-%m}"
        assert not re.search(r"\d{4}-\d\d-\d\d|\d:\d\d", text)
        assert line["no"] == "1" and line["trials"] == inquiry.trials.get().nct_id

    def test_order_does_not_tell_who_came_first_in_a_month(self, fresh):
        first = timezone.now().replace(day=1) - timedelta(days=20)
        made = save(*[one for n in range(20) for one in rows(1, language="es" if n < 10 else "en",
                      received_at=first + timedelta(minutes=n))])  # fmt: skip
        sent = rows_of(take(fresh, f"{PLAIN}?from={first.date() - timedelta(days=9)}"))
        by_id = [one.language for one in sorted(made, key=lambda one: one.pk)]
        assert [line["language"] for line in sent] == by_id

    def test_what_is_known_of_each(self, fresh):
        received = timezone.now() - timedelta(days=20)
        save(*at_step("enrolled", 1, received, needs_interpreter=True))
        (line,) = rows_of(take(fresh))
        known = ("state", "interpreter", "source", "written_from", "days_to_enrollment", "erased")
        assert [line[name] for name in known] == ["enrolled", "yes", "web", "help", "0", "no"]
        assert (line["answer_was_due"], line["answered_in_time"]) == ("yes", "yes")
        assert line["days_to_end"] == ""

    def test_erased_inquiries_are_lines_still(self, fresh):
        inquiry = make_inquiry()
        services.erase(inquiry_id=inquiry.pk, why="sender")
        (line,) = rows_of(take(fresh))
        assert (line["erased"], line["interpreter"]) == ("yes", "unknown")

    def test_filters(self, fresh):
        save(*rows(3, language="es"), *rows(4))
        assert len(rows_of(take(fresh, f"{PLAIN}?language=es"))) == 3
        event = AuditEvent.objects.get(action="inquiry.export_made")
        assert event.data["filters"]["language"] == "es"
        assert (event.data["number"], event.data["what"]) == (3, "plain")
        assert event.data["format"] == "csv"

    def test_headers(self, fresh):
        save(*rows(1))
        response = take(fresh, kind="xlsx")
        assert "no-store" in response["Cache-Control"]
        name = f'attachment; filename="inquiries-{timezone.localdate():%Y-%m-%d}.xlsx"'
        assert response["Content-Disposition"] == name
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        lines = list(book.active.iter_rows(values_only=True))
        assert lines[0] == tuple(exporting.COLUMNS) and len(lines) == 2

    def test_no_audit_no_file(self, fresh, monkeypatch):
        save(*rows(1))
        fresh.get(PLAIN)

        def broken(**kwargs):
            raise DatabaseError("The audit is full.")

        monkeypatch.setattr(exporting, "record_event", broken)
        for address in (PLAIN, CONTACTS):
            make_inquiry()
            with pytest.raises(DatabaseError):
                take(fresh, address)

    def test_the_event_is_there_before_the_file_is_read(self, lead):
        save(*rows(2))
        exported = services.export_inquiries(scope=SCOPE.scope(), kind="csv", actor=lead)
        assert AuditEvent.objects.filter(action="inquiry.export_made", actor=lead).count() == 1
        assert exported.number == 2 and exported.file.tell() == 0
        exported.file.close()

    @pytest.mark.parametrize("kind", ["pdf", "", "../x"])
    def test_another_kind_of_file_is_none(self, fresh, kind):
        response = take(fresh, kind=kind)
        assert response.status_code == HTTPStatus.OK and "error-message" in response.text
        assert not AuditEvent.objects.filter(action="inquiry.export_made").exists()


class TestContacts:
    def test_a_reason_and_a_tick_are_needed(self, fresh):
        make_inquiry()
        for name in ("reason", "is_sure"):
            response = take(fresh, CONTACTS, **{name: ""})
            assert "error-message" in response.text
        assert not AuditEvent.objects.filter(action__in=["inquiry.exported"]).exists()

    def test_a_case_number_holds_no_sentence(self, fresh):
        make_inquiry()
        response = take(fresh, CONTACTS, case_number="for Zebulon")
        assert "Letters, digits" in response.text

    def test_each_inquiry_shows_it(self, fresh, lead):
        inquiry, other = make_inquiry(trial=make_trial()), make_inquiry()
        first, _second = rows_of(take(fresh, CONTACTS))
        assert first["reference"] == inquiry.reference
        assert (first["name"], first["email"]) == (PLANTED["name"], PLANTED["email"])
        assert "must not name cancer" in first["mind"]
        for one in (inquiry, other):
            said = [(line.who, line.what) for line in accesses(events_about(one))]
            assert ("Lena Lead", "Exported with name and contact data") in said
        opened = services.open_inquiry(inquiry_id=inquiry.pk, actor=lead, request=None)
        entries = [entry.title for entry in timeline(opened, lead)]
        words = "Name and contact data were exported: For an inspection or audit (AU-7)"
        assert words in entries
        event = AuditEvent.objects.get(action="inquiry.export_made")
        assert (event.data["number"], event.data["what"]) == (2, "contacts")
        assert not [v for v in PLANTED.values() if v in str(AuditEvent.objects.values_list("data"))]

    def test_names_are_no_formulas(self, fresh):
        make_inquiry(answers={"name": '=HYPERLINK("https://evil.example")'})
        (line,) = rows_of(take(fresh, CONTACTS))
        assert line["name"].startswith("'=")
        response = take(fresh, CONTACTS, kind="xlsx")
        book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
        cell = book.active.cell(2, exporting.CONTACT_COLUMNS.index("name") + 1)
        assert (cell.data_type, cell.value[0]) == ("s", "=")

    def test_who_wants_silence_died_or_was_erased_is_left_out(self, fresh, lead):
        kept, silent, erased, spam = (make_inquiry() for _ in range(4))
        silent.refresh_from_db()
        services.change_state(
            inquiry_id=silent.pk,
            state=InquiryState.DO_NOT_CONTACT,
            closing="asked_for_silence",
            actor=lead,
            version=silent.version,
        )
        services.erase(inquiry_id=erased.pk, why="sender")
        Inquiry.objects.filter(pk=spam.pk).update(
            is_quarantined=True, quarantine_reasons=["too_fast"]
        )
        assert [line["reference"] for line in rows_of(take(fresh, CONTACTS))] == [kept.reference]
        assert AuditEvent.objects.filter(action="inquiry.exported").count() == 1

    def test_a_merged_inquiry_is_one_line_with_what_was_sent_last(self, fresh, lead):
        kept = make_inquiry()
        later = make_inquiry(answers={"name": "Zebulon Q."})
        Inquiry.objects.filter(pk=kept.pk).update(
            received_at=later.received_at - timedelta(hours=2)
        )
        services.merge(
            kept_id=kept.pk,
            kept_version=kept.version,
            merged_id=later.pk,
            merged_version=later.version,
            actor=lead,
        )
        (line,) = rows_of(take(fresh, CONTACTS))
        assert (line["reference"], line["name"]) == (kept.reference, "Zebulon Q.")

    def test_what_cannot_be_read_does_not_stop_the_others(self, fresh):
        broken, whole = make_inquiry(), make_inquiry()
        Submission.objects.filter(inquiry=broken).update(blob=b"x" * 100)
        lines = {line["reference"]: line for line in rows_of(take(fresh, CONTACTS))}
        assert lines[broken.reference]["mind"] == "Cannot be read."
        assert lines[whole.reference]["name"] == ANSWERS["name"]

    def test_too_many_and_nobody_are_refused(self, fresh, monkeypatch):
        assert "nobody whose contact data" in take(fresh, CONTACTS).text
        monkeypatch.setattr(exporting, "MOST_CONTACTS", 1)
        make_inquiry()
        make_inquiry()
        assert "too many" in take(fresh, CONTACTS).text
        assert not AuditEvent.objects.filter(action="inquiry.export_made").exists()

    def test_the_page_says_how_many_it_is_about(self, fresh):
        make_inquiry()
        make_inquiry()
        assert "contact data of 2 people" in fresh.get(CONTACTS).text
        assert PLANTED["name"] not in fresh.get(CONTACTS).text
