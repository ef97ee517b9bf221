"""Inquiries that came by phone, fax or letter: entered by staff, accepted as every other one."""

import time
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.forms import ClinicTimeField
from clinic.middleware.staff_session import ACTIVE
from clinic.models import AuditEvent, OutboxMessage, PatientText
from clinic.review import publishing_without_review
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_patient_text, make_user
from tests.inquiries.factories import make_inquiry, make_member, make_trial
from tests.inquiries.test_late_posts import OURS, send_again, token_in
from trials.inquiries import services
from trials.inquiries.clinician_form import CONSENT_VERSION
from trials.inquiries.consent import built_in_consent
from trials.inquiries.enums import InquiryState, Origin, Source
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Attempt, Entry, EntryDraft, Inquiry, ReceiptStatus
from trials.inquiries.promise import reply_due
from trials.inquiries.services.drafts import DRAFTS_LAST, delete_old_drafts
from trials.inquiries.timeline import timeline
from trials.inquiries.tokens import receipt_hash, receipt_token

pytestmark = pytest.mark.django_db

NEW = "/admin/inquiries/new/"
ZONE = ZoneInfo("America/Los_Angeles")
NAME, PHONE = "Thaddeus Oxblood", "(415) 555-0173"


@pytest.fixture
def trial():
    make_home_page()
    return make_trial()


@pytest.fixture
def coordinator(trial):
    return make_member(trial, COORDINATORS)


@pytest.fixture
def staff(client, coordinator):
    client.force_login(coordinator)
    return client


def local(at):
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")


def filled(response, **overrides):
    """Return what a browser posts for the form on a page, filled in for a call."""
    form, now = response.context["form"], timezone.now()
    data = {
        "form_token": form["form_token"].value(),
        "warned": form["warned"].value() or "",
        "source": "phone",
        "received_at": local(now),
        "for_whom": "me",
        "name": NAME,
        "phone": PHONE,
        "preferred_language": "en",
        "is_adult": "on",
        "consent_given": "spoken",
        "consent_language": "en",
        "consent_at": local(now),
        "consent_taken_by": response.context["request"].user.pk,
        "owner": "me",
        **overrides,
    }
    return {name: value for name, value in data.items() if value is not None}


def enter(client, **overrides):
    return client.post(NEW, filled(client.get(NEW), **overrides))


def publish_consent(body):
    text = make_patient_text(key=PatientText.Key.CONSENT, body=body, live=False)
    revision = text.save_revision()
    with publishing_without_review():
        revision.publish()
    return revision


def entered():
    return Inquiry.objects.get(origin=Origin.ENTERED)


class TestAccepting:
    def test_call__becomes_an_inquiry_with_entry_receipt_and_events(
        self, staff, coordinator, trial
    ):
        response = enter(staff, trials=[trial.nct_id], message="Is it far?")
        inquiry = entered()
        assert response.status_code == HTTPStatus.SEE_OTHER
        assert response["Location"] == f"/admin/inquiries/{inquiry.pk}/"
        assert (inquiry.source, inquiry.state) == (Source.PHONE, InquiryState.ASSIGNED)
        assert inquiry.assignee == coordinator and list(inquiry.trials.all()) == [trial]
        assert not inquiry.is_quarantined and inquiry.first_attempt_at is None
        answers = inquiry.open_answers()
        assert (answers["name"], answers["phone"], answers["consent"]) == (NAME, PHONE, True)
        assert ReceiptStatus.objects.filter(
            token_hash=receipt_hash(receipt_token(inquiry.pk, 0)), reference=inquiry.reference
        ).exists()
        about = AuditEvent.objects.filter(object_id=str(inquiry.pk), actor_id=coordinator.pk)
        assert set(about.values_list("action", flat=True)) >= {
            "inquiry.entered",
            "inquiry.assigned",
        }
        assert NAME not in str(list(AuditEvent.objects.values_list("data", flat=True)))

    def test_clock__runs_in_working_hours_from_when_it_came(self, staff, clinic_settings):
        came = timezone.now().replace(second=0, microsecond=0) - timedelta(days=9)
        enter(staff, source="letter", received_at=local(came), consent_given="written")
        inquiry = entered()
        assert inquiry.received_at == came
        assert inquiry.reply_due_at == reply_due(clinic_settings, came) < timezone.now()
        assert list(Inquiry.objects.overdue(timezone.now())) == [inquiry]
        assert inquiry.submissions.get().received_at == came
        assert ReceiptStatus.objects.get().expires_at > timezone.now() + timedelta(days=179)

    @pytest.mark.parametrize(
        "wrong",
        [
            {"received_at": timedelta(hours=1)},
            {"received_at": timedelta(days=-400)},
            {"consent_at": timedelta(hours=1)},
        ],
        ids=["received in the future", "two years ago", "agreed in the future"],
    )
    def test_times__that_cannot_be_are_refused_and_what_was_typed_stays(self, staff, wrong):
        [(field, ago)] = wrong.items()
        response = enter(staff, message="Call me", **{field: local(timezone.now() + ago)})
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert f'href="#id_{field}"' in response.text and "Call me" in response.text
        assert NAME in response.text and not Inquiry.objects.exists()

    @pytest.mark.parametrize(
        ("overrides", "field"),
        [
            ({"source": None}, "source"),
            ({"source": "web"}, "source"),
            ({"phone": ""}, "phone"),
            ({"phone": "12"}, "phone"),
            ({"email": "no address"}, "email"),
            ({"may_email": "on"}, "email"),
            ({"name": " "}, "name"),
            ({"is_adult": None}, "is_adult"),
            ({"consent_given": ""}, "consent_given"),
            ({"consent_language": ""}, "consent_language"),
            ({"consent_taken_by": "999999"}, "consent_taken_by"),
            ({"for_whom": "clinician"}, "practice"),
            ({"source": "clinician"}, "for_whom"),
            ({"source": "fax", "spoke": "on"}, "spoke"),
            ({"received_at": "yesterday"}, "received_at"),
            ({"received_at": "2026-03-08T02:30"}, "received_at"),
        ],
        ids=lambda value: value if isinstance(value, str) else "-".join(value),
    )
    def test_bad_input__is_named_at_its_field(self, staff, overrides, field):
        response = enter(staff, **overrides)
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert field in response.context["form"].errors
        assert not Inquiry.objects.exists()

    def test_letter__with_a_postal_address_alone_is_enough(self, staff):
        enter(staff, source="letter", phone="", address="1 Harbor Way\r\nOakland")
        inquiry = entered()
        assert inquiry.open_answers()["address"] == "1 Harbor Way\nOakland"
        assert "Postal address" in staff.get(f"/admin/inquiries/{inquiry.pk}/").text

    def test_clinician__gives_no_consent_of_a_patient_but_their_word(self, staff):
        overrides = {"consent_language": "", "is_adult": None, "preferred_language": None}
        enter(
            staff,
            source="clinician",
            for_whom="clinician",
            practice="Bay Oncology",
            patient_agrees="on",
            **overrides,
        )
        inquiry = entered()
        assert inquiry.consent_version == CONSENT_VERSION
        answers = inquiry.open_answers()
        assert answers["practice"] == "Bay Oncology" and "is_adult" not in answers
        assert answers["other_trials_consent"] is False

    def test_figures__do_not_count_what_staff_typed(self, staff):
        from trials.inquiries.services.figures import _counted

        overrides = {"consent_language": "", "is_adult": None, "practice": "Bay Oncology"}
        week_ago = local(timezone.now() - timedelta(days=9))
        enter(
            staff,
            source="clinician",
            for_whom="clinician",
            patient_agrees="on",
            received_at=week_ago,
            **overrides,
        )
        assert entered().reply_due_at < timezone.now()
        assert not _counted(timezone.now()).exists()


class TestTwice:
    def test_double_submit__is_one_inquiry(self, staff):
        data = filled(staff.get(NEW))
        first, second = staff.post(NEW, data), staff.post(NEW, data)
        assert first["Location"] == second["Location"]
        inquiry = entered()
        assert inquiry.submissions.count() == 1 and Entry.objects.count() == 1
        events = AuditEvent.objects.filter(object_id=str(inquiry.pk), action="inquiry.entered")
        assert events.count() == 1

    def test_token__is_good_for_its_owner_alone(self, staff, trial):
        data = filled(staff.get(NEW))
        staff.post(NEW, data)
        inquiry, other = entered(), make_member(trial, COORDINATORS)
        staff.force_login(other)
        staff.post(NEW, data | {"name": "Somebody Else", "consent_taken_by": other.pk})
        assert inquiry.submissions.count() == 1
        assert Inquiry.objects.count() == 2

    def test_database__takes_no_consent_that_came_after_the_entry(self, staff, coordinator):
        enter(staff)
        entry, other = Entry.objects.get(), make_inquiry()
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(
                inquiry=other,
                entered_by=coordinator,
                entered_at=entry.entered_at,
                consent_given="spoken",
                consent_taken_by=coordinator,
                consent_at=entry.entered_at + timedelta(minutes=1),
            )


class TestMail:
    @pytest.mark.parametrize(
        ("overrides", "number"),
        [
            ({}, 0),
            ({"email": "thaddeus@example.org"}, 0),
            ({"email": "thaddeus@example.org", "may_email": "on"}, 1),
        ],
        ids=["no address", "not agreed", "agreed"],
    )
    def test_confirmation__goes_only_where_they_agreed(self, staff, overrides, number):
        enter(staff, **overrides)
        mails = OutboxMessage.objects.filter(template="inquiry_received")
        assert mails.count() == number

    def test_address__that_may_not_be_used_gets_no_mail_of_any_kind(self, staff, coordinator):
        enter(staff, email="thaddeus@example.org")
        inquiry = entered()
        renewed, is_mailed = services.renew_link(
            inquiry_id=inquiry.pk, identity="call", actor=coordinator, version=inquiry.version
        )
        assert not is_mailed and not OutboxMessage.objects.filter(audience="sender").exists()
        with pytest.raises(services.RefusedError):
            services.change_state(
                inquiry_id=inquiry.pk,
                state=InquiryState.REFERRED_ON,
                closing="message",
                reason="own_doctor",
                actor=coordinator,
                version=renewed.version,
            )
        assert "Send no email" in staff.get(f"/admin/inquiries/{inquiry.pk}/").text

    @pytest.mark.parametrize(("owner", "told"), [("me", 0), ("team", 1)])
    def test_team__is_told_of_what_is_left_to_it(self, staff, trial, owner, told):
        enter(staff, trials=[trial.nct_id], owner=owner)
        assert OutboxMessage.objects.filter(template="inquiry_nudge").count() == told
        assert (entered().assignee is None) == (owner == "team")


class TestConsent:
    def test_entry__says_how_when_and_by_whom(self, staff, trial):
        colleague = make_member(trial, COORDINATORS)
        at = timezone.now().replace(second=0, microsecond=0) - timedelta(days=2)
        enter(staff, consent_given="faxed", consent_at=local(at), consent_taken_by=colleague.pk)
        entry = Entry.objects.get()
        assert (entry.consent_given, entry.consent_at) == ("faxed", at)
        assert entry.consent_taken_by == colleague
        assert entered().consent_version == built_in_consent().version

    def test_version__is_that_of_the_text_when_it_was_given(self, staff):
        before = timezone.now() - timedelta(days=1)
        revision = publish_consent("<p>New words</p>")
        page = staff.get(NEW)
        assert "New words" in page.text
        staff.post(NEW, filled(page))
        new = Inquiry.objects.get()
        assert new.consent_version.startswith(f"en-{revision.pk}-")
        overrides = {"name": "Somebody Else", "phone": "415 555 0188"}
        staff.post(NEW, filled(staff.get(NEW), consent_at=local(before), **overrides))
        old = Inquiry.objects.exclude(pk=new.pk).get()
        assert old.consent_version != new.consent_version

    def test_version__is_that_on_the_screen_when_the_text_changes_meanwhile(self, staff):
        page = staff.get(NEW)
        time.sleep(1.1)  # the form's token counts in seconds
        publish_consent("<p>Newer words</p>")
        staff.post(NEW, filled(page))
        assert entered().consent_version == built_in_consent().version


class TestFirstAttempt:
    def test_spoke__stops_the_clock_and_makes_it_mine(self, staff, coordinator, trial):
        enter(staff, trials=[trial.nct_id], owner="team", spoke="on")
        inquiry, attempt = entered(), Attempt.objects.get()
        assert inquiry.first_attempt_at == attempt.at == inquiry.received_at
        assert (attempt.channel, attempt.outcome, attempt.by) == ("phone", "spoke", coordinator)
        assert inquiry.state == InquiryState.IN_CONVERSATION
        assert inquiry.assignee == coordinator


class TestWho:
    def test_others__do_not_get_in(self, client, trial):
        for user in (make_user(), make_user(is_superuser=True), make_member(trial, "Editors")):
            client.force_login(user)
            assert client.get(NEW).status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.FOUND}
            assert client.post(NEW, {"name": NAME}).status_code in {403, 302}
        assert not Inquiry.objects.exists()

    def test_coordinator__enters_for_her_trials_alone(self, staff, trial):
        other = make_trial()
        offered = staff.get(NEW).context["form"].fields["trials"].queryset
        assert list(offered) == [trial]
        response = enter(staff, trials=[other.nct_id])
        assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert not Inquiry.objects.exists()

    def test_service__refuses_a_trial_of_others(self, coordinator):
        consent = services.Consent("en-0-0", "spoken", coordinator, timezone.now())
        with pytest.raises(services.RefusedError):
            services.enter(
                inquiry_id=make_inquiry().pk,
                answers={},
                source=Source.PHONE,
                received_at=timezone.now(),
                trials=[make_trial()],
                language="en",
                consent=consent,
                is_mine=True,
                spoke=False,
                is_urgent=False,
                actor=coordinator,
            )

    @pytest.mark.parametrize("role", [COORDINATORS, LEADS])
    def test_general__is_of_who_enters_it(self, client, trial, role):
        user = make_user(role)
        client.force_login(user)
        enter(client, owner="team")
        assert entered().assignee == user

    def test_lead__enters_for_every_open_trial(self, client, trial):
        closed = make_trial(our_site_open=False)
        client.force_login(make_user(LEADS))
        offered = list(client.get(NEW).context["form"].fields["trials"].queryset)
        assert trial in offered and closed not in offered

    def test_staff_role__may_do_all_of_it(self, staff, as_role, trial):
        page = staff.get(NEW)
        with as_role("staff"):
            enter(staff, trials=[trial.nct_id], spoke="on")
            assert staff.get(NEW).status_code == HTTPStatus.OK
        assert entered().first_attempt_at and page.status_code == HTTPStatus.OK


class TestBeforeSaving:
    def test_same_person__is_shown_before_and_saved_after(self, staff, trial):
        earlier = make_inquiry(trial=trial, answers={"phone": PHONE, "name": "T. Oxblood"})
        hidden = make_inquiry(trial=make_trial(), answers={"phone": PHONE})
        data = filled(staff.get(NEW))
        warned = staff.post(NEW, data)
        assert warned.status_code == HTTPStatus.CONFLICT
        assert earlier.reference in warned.text and hidden.reference not in warned.text
        assert not Inquiry.objects.filter(origin=Origin.ENTERED).exists()
        event = AuditEvent.objects.get(action="inquiry.compared")
        assert event.data == {"ids": [str(earlier.pk)]}
        saved = staff.post(NEW, filled(warned))
        assert saved.status_code == HTTPStatus.SEE_OTHER
        again = staff.post(NEW, filled(warned))
        assert again["Location"] == saved["Location"]

    def test_same_person__is_asked_about_again_when_the_data_change(self, staff, trial):
        make_inquiry(trial=trial, answers={"phone": PHONE})
        other = make_inquiry(trial=trial, answers={"phone": "415 555 0199", "name": "A B"})
        warned = enter(staff)
        response = staff.post(NEW, filled(warned, phone="415 555 0199"))
        assert response.status_code == HTTPStatus.CONFLICT and other.reference in response.text

    def test_urgent_words__come_with_what_to_do_and_are_marked(self, staff, clinic_settings):
        warned = enter(staff, message="She has chest pain and cannot breathe")
        assert warned.status_code == HTTPStatus.CONFLICT
        assert "call 911" in warned.text and "chest pain" in warned.text
        staff.post(NEW, filled(warned, message="She has chest pain and cannot breathe"))
        assert entered().urgent_at and entered().submissions.get().is_urgent

    def test_query_count__does_not_grow_with_inquiries(
        self, staff, trial, django_assert_max_num_queries
    ):
        for _number in range(12):
            make_inquiry(trial=trial)
        index_submissions()
        data = filled(staff.get(NEW))
        with django_assert_max_num_queries(70):
            assert staff.post(NEW, data).status_code == HTTPStatus.SEE_OTHER


class TestNothingIsLost:
    def post_late(self, staff, **overrides):
        client = Client(enforce_csrf_checks=True)
        client.cookies = staff.cookies
        page = client.get(NEW, **OURS)
        data = filled(page, message="Ask for <b>Maria</b>", csrfmiddlewaretoken=token_in(page))
        session = client.session
        session[ACTIVE] = int(time.time()) - 15 * 60
        session.save()
        return client, client.post(NEW, data | overrides, **OURS)

    def test_late_post__stands_in_the_page_and_can_be_sent_after_the_login(
        self, staff, coordinator
    ):
        client, late = self.post_late(staff)
        assert late.status_code == HTTPStatus.UNAUTHORIZED
        assert "Ask for &lt;b&gt;Maria&lt;/b&gt;" in late.text and NAME in late.text
        client.force_login(coordinator)
        assert send_again(client, late).status_code == HTTPStatus.SEE_OTHER
        assert entered().open_answers()["message"] == "Ask for <b>Maria</b>"
        assert not EntryDraft.objects.exists()

    def test_late_post__is_a_draft_of_this_person_alone(self, staff, coordinator, trial):
        client, _late = self.post_late(staff)
        draft = EntryDraft.objects.get()
        assert NAME.encode() not in bytes(draft.blob)
        client.force_login(make_member(trial, COORDINATORS))
        assert NAME not in client.get(NEW).text
        client.force_login(coordinator)
        offered = client.get(NEW)
        assert NAME in offered.text and offered.context["is_draft"]
        plain = Client()
        plain.force_login(coordinator)
        assert plain.post(NEW, {"discard": "1"}).status_code == HTTPStatus.FOUND
        assert not EntryDraft.objects.exists()

    def test_draft__is_deleted_after_a_week(self, coordinator):
        services.save_entry_draft(fields={"name": [NAME]}, user=coordinator)
        services.save_entry_draft(fields={"name": ["Newer"]}, user=coordinator)
        assert services.entry_draft_of(coordinator) == {"name": ["Newer"]}
        assert delete_old_drafts() == 0
        EntryDraft.objects.update(saved_at=timezone.now() - DRAFTS_LAST - timedelta(minutes=1))
        assert delete_old_drafts() == 1

    def test_forged_or_old_csrf_token__loses_nothing(self, coordinator):
        client = Client(enforce_csrf_checks=True)
        client.force_login(coordinator)
        data = filled(client.get(NEW, **OURS), csrfmiddlewaretoken="x" * 64)
        refused = client.post(NEW, data, **OURS)
        assert refused.status_code == HTTPStatus.FORBIDDEN and NAME in refused.text
        assert send_again(client, refused).status_code == HTTPStatus.SEE_OTHER
        assert entered().open_answers()["name"] == NAME


class TestShown:
    def test_page_row_filter_and_timeline__say_how_it_came(self, staff, coordinator, trial):
        web = make_inquiry(trial=trial, answers={"name": "A Web", "phone": "415 555 0101"})
        enter(staff, source="fax", trials=[trial.nct_id], consent_given="faxed")
        inquiry = entered()
        page = staff.get(f"/admin/inquiries/{inquiry.pk}/").text
        assert "Signed and sent by fax" in page and coordinator.email in page
        opened = services.open_inquiry(inquiry_id=inquiry.pk, actor=coordinator, request=None)
        titles = [entry.title for entry in timeline(opened, coordinator)]
        assert titles[0] == "Came in: Fax" and "Entered by staff" in titles
        rows = staff.get("/admin/inquiries/", {"show": "all", "source": "fax"})
        assert [row[0] for row in rows.context["rows"]] == [inquiry]
        assert '<span class="inbox__tag">Fax</span>' in rows.text
        assert web.reference not in rows.text

    def test_screen__has_no_inline_script_or_style_and_a_label_for_each_field(self, staff):
        response = staff.get(NEW)
        assert "'unsafe-inline'" not in response["Content-Security-Policy"]
        ours = response.text[response.text.index('class="enter"') :]
        assert "style=" not in ours and "onclick" not in ours
        for field in response.context["form"].visible_fields():
            assert str(field.label) in response.text.replace("&#x27;", "'")


@given(st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1)))
def test_clinic_time__goes_there_and_back_or_is_refused(typed):
    typed, field = typed.replace(second=0, microsecond=0, fold=0), ClinicTimeField()
    try:
        instant = field.clean(typed.strftime("%Y-%m-%dT%H:%M"))
    except ValidationError:
        there = typed.replace(tzinfo=ZONE)
        assert there.astimezone(UTC).astimezone(ZONE).replace(tzinfo=None) != typed
    else:
        assert field.prepare_value(instant) == typed


def test_clinic_time__is_the_clinics_whatever_the_readers(settings):
    with timezone.override("Europe/Berlin"):
        instant = ClinicTimeField().clean("2026-11-01T01:30")
    assert instant == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # the first of the two
