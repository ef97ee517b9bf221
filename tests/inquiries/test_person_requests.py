"""A person asks for a copy of their data, or to be erased, on paper or by telephone."""

import io
import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.roles import ADMINISTRATORS, COORDINATORS, LEADS
from tests.factories import PASSWORD, make_home_page, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_trial
from tests.inquiries.private_page import address_of
from tests.inquiries.test_applying import WEEK, asked
from tests.inquiries.test_planted_data import found_in
from trials.inquiries import services
from trials.inquiries.enums import Channel, Outcome, Visibility
from trials.inquiries.models import Inquiry, SenderRequest, Submission
from trials.inquiries.sender_enums import IdentityCheck, RequestKind, RequestOutcome

pytestmark = pytest.mark.django_db
SEARCH, COPY, ERASE = "/admin/persons/", "/admin/persons/copy/", "/admin/persons/erase/"
SAID = {"email": PLANTED["email"].upper(), "phone": "", "name": "", "reference": ""}
NOTE = "She prefers mornings"


@pytest.fixture
def lead(db):
    make_home_page()
    return make_user(LEADS)


@pytest.fixture
def inquiry(lead):
    return make_inquiry(trial=make_trial())


def fresh_client(user):
    """Return a browser in which the password was shown just now."""
    client = Client()
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return client


def give(lead, *inquiries, **more):
    arguments = {"identity": IdentityCheck.IN_PERSON, "actor": lead, "language": "en"} | more
    return services.give_copy(inquiry_ids=[one.pk for one in inquiries], **arguments)


class TestFinding:
    @pytest.mark.parametrize(
        "said",
        [
            {"email": PLANTED["email"]},
            {"email": f" {PLANTED['email'].upper()} "},
            {"phone": "+1 415 555 0142"},
            {"name": "quillfeather ZEBULON"},
        ],
    )
    def test_by_what_was_given_in_any_writing(self, inquiry, lead, said):
        make_inquiry(answers={"name": "Other", "email": "o@example.org", "phone": ""})
        assert services.find_person(said=said, actor=lead) == {inquiry.pk: [*said]}

    def test_says_what_fits_each(self, inquiry, lead):
        namesake = make_inquiry(answers={"email": "other@example.org", "phone": ""})
        said = {"email": PLANTED["email"], "name": PLANTED["name"]}
        found = services.find_person(said=said, actor=lead)
        assert found == {inquiry.pk: ["email", "name"], namesake.pk: ["name"]}

    def test_a_merged_one_stands_for_the_one_that_goes_on(self, inquiry, lead):
        later = make_inquiry(answers={"email": "later@example.org"})
        services.merge(
            kept_id=inquiry.pk, kept_version=0, merged_id=later.pk, merged_version=0, actor=lead
        )
        found = services.find_person(said={"email": "later@example.org"}, actor=lead)
        assert [*found] == [inquiry.pk]

    @pytest.mark.parametrize("role", [COORDINATORS, ADMINISTRATORS])
    def test_is_for_leads(self, inquiry, role):
        user = make_user(role)
        for act in (
            lambda: services.find_person(said=SAID, actor=user),
            lambda: give(user, inquiry),
            lambda: services.ask_to_erase(
                inquiry_ids=[inquiry.pk], identity=IdentityCheck.IN_PERSON, actor=user
            ),
        ):
            with pytest.raises(PermissionDenied):
                act()

    def test_screen_lists_them_and_what_was_typed_is_kept_nowhere(self, inquiry, lead, client):
        client.force_login(lead)
        shown = client.post(SEARCH, SAID)
        assert inquiry.reference in shown.text and PLANTED["name"] in shown.text
        assert "no-store" in shown["Cache-Control"]
        event = AuditEvent.objects.get(action="inquiry.found_for_person")
        assert event.data == {"ids": [str(inquiry.pk)]} and event.actor == lead
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                assert found_in("\n".join(row for (row,) in cursor.fetchall())) == [], table

    def test_screen_asks_for_something(self, inquiry, lead, client):
        client.force_login(lead)
        empty = client.post(SEARCH, dict.fromkeys(SAID, ""))
        assert empty.status_code == 422 and "Fill in at least one field" in empty.text
        assert client.get(f"{SEARCH}?email={PLANTED['email']}").text.count(inquiry.reference) == 0


class TestCopy:
    @pytest.fixture
    def worked_on(self, inquiry, lead):
        make_inquiry(inquiry_id=inquiry.pk, answers={"phone": "415 555 0143"})
        asked(inquiry, RequestKind.NOTE, answers={"message": "A word to the team"})
        shared = {"inquiry_id": inquiry.pk, "actor": lead}
        services.open_inquiry(**shared, request=None)
        services.add_note(text=NOTE, visibility=Visibility.LEADS, **shared)
        services.record_attempt(
            channel=Channel.PHONE,
            outcome=Outcome.SPOKE,
            at=timezone.now(),
            text="Spoke with her",
            version=Inquiry.objects.get().version,
            **shared,
        )
        return Inquiry.objects.get()

    def test_holds_all_that_is_kept_and_who_saw_it(self, worked_on, lead):
        text = give(lead, worked_on)
        for expected in (
            worked_on.reference,
            *PLANTED.values(),
            "415 555 0143",
            "A word to the team",
            NOTE,
            "Spoke with her",
            worked_on.trials.get().nct_id,
            "Opened",
            "A copy was given to the person",
            lead.email,
        ):
            assert expected in text, expected

    def test_can_leave_the_notes_out_and_says_so(self, worked_on, lead):
        text = give(lead, worked_on, with_notes=False)
        assert NOTE not in text and "Spoke with her" not in text
        assert "notes of our team are left out" in text
        event = AuditEvent.objects.get(action="inquiry.copy_given")
        assert event.data == {"identity": "in_person", "notes": False}

    def test_is_in_the_persons_language(self, worked_on, lead):
        text = give(lead, worked_on, language="es")
        assert "Recibid" in text and "Received" not in text

    def test_of_what_cannot_be_read_says_so(self, worked_on, lead):
        Submission.objects.update(key_id="gone")
        text = give(lead, worked_on)
        assert "It is not lost" in text and "Spoke with her" in text

    def test_after_a_decision_to_erase_holds_nothing_that_was_told(self, worked_on, lead):
        services.erasing.decide_to_erase(inquiry=worked_on, actor=lead, why="sender")
        text = give(lead, worked_on)
        assert PLANTED["name"] not in text and NOTE not in text and "is erased" in text

    def test_is_not_a_look_by_which_it_counts_as_read(self, inquiry, lead):
        give(lead, inquiry)
        inquiry.refresh_from_db()
        assert inquiry.first_opened_at is None

    def test_comes_as_a_file_after_the_password(self, worked_on, lead):
        client = Client()
        client.force_login(lead)
        data = {"chosen": [worked_on.pk], "identity": "called_back", "language": "en"}
        asked_first = client.post(COPY, data)
        assert asked_first.url.startswith(reverse("account_reauthenticate"))
        assert not AuditEvent.objects.filter(action="inquiry.copy_given").exists()
        for session in Session.objects.all():
            assert found_in(str(session.get_decoded())) == []
        given = client.post(asked_first.url, {"password": PASSWORD})
        assert given["Content-Type"] == "text/plain; charset=utf-8"
        assert "attachment" in given["Content-Disposition"]
        assert "no-store" in given["Cache-Control"]
        assert PLANTED["message"] in given.content.decode()

    @pytest.mark.parametrize(
        "wrong", [{"chosen": []}, {"chosen": ["x"]}, {"identity": ""}, {"language": "xx"}]
    )
    def test_needs_a_choice_and_how_the_person_was_identified(self, worked_on, lead, wrong):
        data = {"chosen": [worked_on.pk], "identity": "called_back", "language": "en"} | wrong
        answer = fresh_client(lead).post(COPY, data)
        assert answer.status_code == 302
        assert not AuditEvent.objects.filter(action="inquiry.copy_given").exists()

    def test_staff_may_do_it_as_their_database_role(self, worked_on, lead, as_role):
        with as_role("staff"):
            assert PLANTED["email"] in give(lead, worked_on)


class TestErasure:
    def ask(self, lead, *inquiries):
        return services.ask_to_erase(
            inquiry_ids=[one.pk for one in inquiries],
            identity=IdentityCheck.TWO_DETAILS,
            actor=lead,
        )

    def test_goes_the_way_of_the_private_page(self, inquiry, lead, as_role, client):
        with as_role("staff"):
            assert self.ask(lead, inquiry).references == [inquiry.reference]
        event = AuditEvent.objects.get(action="inquiry.erasure_asked")
        assert event.data == {"identity": "two_details"}
        with as_role("worker"):
            services.work_off_requests()
        assert "You asked us to erase what you sent" in client.get(address_of(inquiry)).text
        assert Submission.objects.exists()
        with as_role("worker"):
            services.work_off_requests(timezone.now() + WEEK)
        assert Inquiry.objects.get().erased_at and not Submission.objects.exists()

    def test_after_the_pre_screen_a_lead_decides(self, inquiry, lead):
        Inquiry.objects.update(pre_screened_at=timezone.now())
        self.ask(lead, inquiry)
        services.work_off_requests()
        services.work_off_requests(timezone.now() + WEEK)
        assert SenderRequest.objects.get().outcome == RequestOutcome.FOR_DECISION
        assert Submission.objects.exists()

    def test_is_asked_for_once(self, inquiry, lead):
        self.ask(lead, inquiry)
        again = self.ask(lead, inquiry)
        assert again.references == []
        assert again.refused == [(inquiry.reference, "This was asked for already.")]

    def test_can_be_taken_back_for_the_person(self, inquiry, lead, client):
        self.ask(lead, inquiry)
        services.work_off_requests()
        row = SenderRequest.objects.get()
        client.force_login(lead)
        page = client.get(f"/admin/inquiries/{inquiry.pk}/").text
        assert "The sender wants to take it back" in page
        data = {
            "version": Inquiry.objects.get().version,
            "sender_request": row.pk,
            "identity": "called_back",
        }
        client.post(f"/admin/inquiries/{inquiry.pk}/take-back/", data)
        services.work_off_requests()
        services.work_off_requests(timezone.now() + WEEK)
        row.refresh_from_db()
        assert row.outcome == RequestOutcome.UNDONE
        assert not Inquiry.objects.get().erased_at and Submission.objects.exists()

    def test_cannot_be_taken_back_when_the_days_are_over(self, inquiry, lead):
        self.ask(lead, inquiry)
        SenderRequest.objects.update(undo_until=timezone.now() - timedelta(minutes=2))
        with pytest.raises(services.RefusedError, match="cannot be taken back"):
            services.take_back(
                inquiry_id=inquiry.pk,
                sender_request=SenderRequest.objects.get().pk,
                identity=IdentityCheck.IN_PERSON,
                actor=lead,
                version=0,
            )

    def test_on_the_screen_after_the_password(self, inquiry, lead):
        client = Client()
        client.force_login(lead)
        data = {"chosen": [inquiry.pk], "identity": "in_person"}
        asked_first = client.post(ERASE, data)
        assert asked_first.url.startswith(reverse("account_reauthenticate"))
        assert not SenderRequest.objects.exists()
        client.post(asked_first.url, {"password": PASSWORD})
        assert SenderRequest.objects.get().kind == RequestKind.ERASE
        assert "can be taken back for seven days" in client.get(SEARCH).text


class TestCommands:
    def run(self, monkeypatch, command, *arguments, said="", **named):
        answers = {"email": "", "phone": "", "name": "", "reference": ""} | named
        monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(answers.values()) + "\n"))
        out = io.StringIO()
        call_command(command, *arguments, stdout=out)
        return out.getvalue()

    def test_lists_references_alone(self, inquiry, lead, monkeypatch):
        shown = self.run(monkeypatch, "access_request", "--by", lead.email, email=PLANTED["email"])
        assert re.match(rf"{inquiry.reference}  [\d-]+  new  by email\n$", shown)
        assert found_in(shown) == []

    def test_writes_a_copy_that_nobody_else_may_read(self, inquiry, lead, monkeypatch, tmp_path):
        target = tmp_path / "copy.txt"
        arguments = ["--by", lead.email, "--output", str(target)]
        with pytest.raises(CommandError, match="--identity"):
            self.run(monkeypatch, "access_request", *arguments, email=PLANTED["email"])
        arguments += ["--identity", "in_person"]
        self.run(monkeypatch, "access_request", *arguments, email=PLANTED["email"])
        assert PLANTED["message"] in target.read_text()
        assert target.stat().st_mode & 0o777 == 0o600
        event = AuditEvent.objects.get(action="inquiry.copy_given")
        assert event.actor == lead
        with pytest.raises(CommandError, match="there already"):
            self.run(monkeypatch, "access_request", *arguments, email=PLANTED["email"])

    def test_asks_for_erasure_only_when_told_and_only_of_these(self, inquiry, lead, monkeypatch):
        other = make_inquiry()
        arguments = ["--by", lead.email, "--identity", "in_person"]
        self.run(monkeypatch, "erasure_request", *arguments, email=PLANTED["email"])
        assert not SenderRequest.objects.exists()
        arguments += ["--confirm", "--only", other.reference.lower().replace("-", " ")]
        shown = self.run(monkeypatch, "erasure_request", *arguments, email=PLANTED["email"])
        assert f"{other.reference}: asked for" in shown
        assert SenderRequest.objects.get().receipt.reference == other.reference

    @pytest.mark.parametrize("role", [COORDINATORS, None])
    def test_are_for_leads(self, inquiry, monkeypatch, role):
        user = make_user(role)
        with pytest.raises(CommandError, match="coordination lead"):
            self.run(monkeypatch, "erasure_request", "--by", user.email, "--confirm")
