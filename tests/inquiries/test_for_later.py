"""The list for later: a consent of its own, kept until its day, and ended by whoever gave it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.review import add_months
from clinic.roles import COORDINATORS, EDITORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.ended import fresh, make_ended, step
from tests.inquiries.factories import PLANTED, make_inquiry, make_member, make_trial
from tests.inquiries.private_page import address_of, ask_for, owner, requests
from tests.trials.factories import make_cancer_type
from trials.inquiries import services
from trials.inquiries.enums import Closing, InquiryState
from trials.inquiries.later_enums import LISTABLE, AgreedBy, LaterEnd
from trials.inquiries.later_list import open_now
from trials.inquiries.models import Inquiry, LaterConsent, ReceiptStatus
from trials.inquiries.retention_enums import Obstacle
from trials.inquiries.sender_enums import RequestKind
from trials.models import TrialCancerType

pytestmark = pytest.mark.django_db
S = InquiryState
LIST = "/admin/inquiries/later/"


@pytest.fixture
def lead(db):
    make_home_page()
    return make_user(LEADS)


def put_on(inquiry, actor, *, agreed_on=None, months=12, version=None):
    return services.list_for_later(
        inquiry_id=inquiry.pk,
        agreed_by=AgreedBy.CALL,
        agreed_on=agreed_on or timezone.localdate(),
        months=months,
        actor=actor,
        version=fresh(inquiry).version if version is None else version,
    )


def take_off(inquiry, actor, end=LaterEnd.BY_PERSON):
    version = fresh(inquiry).version
    services.take_off_list(inquiry_id=inquiry.pk, end=end, actor=actor, version=version)


def browser(user):
    client = Client()
    client.force_login(user)
    return client


def end_of(consent):
    return LaterConsent.objects.get(pk=consent.pk).end_reason


class TestService:
    def test_it_is_recorded_with_its_day_and_the_text_that_was_read(self, lead):
        inquiry = make_ended(lead, ago=timedelta(days=1), language="es")
        consent = put_on(inquiry, lead, months=6)
        assert consent.until == add_months(timezone.localdate(), 6)
        assert consent.consent_version.startswith("es-0-")
        event = AuditEvent.objects.get(action="inquiry.listed_for_later")
        assert event.data["until"] == consent.until.isoformat()
        assert (event.object_id, event.actor_id) == (str(inquiry.pk), lead.pk)

    @pytest.mark.parametrize("state", [state for state in S if state not in LISTABLE])
    def test_who_has_nothing_to_wait_for_is_refused(self, lead, state):
        inquiry = make_ended(lead)
        Inquiry.objects.filter(pk=inquiry.pk).update(**_as(state, lead))
        with pytest.raises(services.RefusedError):
            put_on(inquiry, lead)
        assert not LaterConsent.objects.exists()

    @pytest.mark.parametrize(
        ("agreed", "months"),
        [(timedelta(days=1), 12), (timedelta(days=-400), 12), (timedelta(), 7)],
    )
    def test_a_day_to_come_and_a_time_that_is_over_are_refused(self, lead, agreed, months):
        with pytest.raises(services.RefusedError):
            put_on(make_ended(lead), lead, agreed_on=timezone.localdate() + agreed, months=months)

    def test_who_asked_to_be_erased_is_refused(self, lead):
        inquiry = make_ended(lead)
        token = ReceiptStatus.objects.get(reference=inquiry.reference)
        services.ask(receipt=token, kind=RequestKind.ERASE)
        with pytest.raises(services.RefusedError):
            put_on(inquiry, lead)

    def test_the_private_page_lives_as_long_as_the_consent(self, lead):
        consent = put_on(make_ended(lead), lead, months=24)
        receipt = ReceiptStatus.objects.get()
        assert timezone.localdate(receipt.expires_at) == consent.until + timedelta(days=1)

    def test_an_ended_link_is_not_brought_back(self, lead):
        inquiry = make_ended(lead)
        ReceiptStatus.objects.update(expires_at=timezone.now() - timedelta(days=1))
        put_on(inquiry, lead, months=24)
        assert ReceiptStatus.objects.get().expires_at < timezone.now()

    def test_two_people_do_not_overwrite_each_other(self, lead):
        inquiry = make_ended(lead)
        with pytest.raises(services.StaleError):
            put_on(inquiry, lead, version=fresh(inquiry).version - 1)

    def test_agreeing_anew_ends_the_earlier_one(self, lead):
        inquiry = make_ended(lead)
        first, second = put_on(inquiry, lead, months=6), put_on(inquiry, lead, months=24)
        assert end_of(first) == LaterEnd.RENEWED
        assert list(LaterConsent.objects.running()) == [second]

    def test_staff_take_somebody_off_for_a_reason_of_theirs(self, lead):
        inquiry = make_ended(lead)
        consent = put_on(inquiry, lead)
        with pytest.raises(services.RefusedError):
            take_off(inquiry, lead, LaterEnd.ON_PAGE)
        take_off(inquiry, lead)
        assert end_of(consent) == LaterEnd.BY_PERSON
        with pytest.raises(services.RefusedError):
            take_off(inquiry, lead)

    def test_opening_the_inquiry_again_ends_it(self, lead):
        inquiry = make_ended(lead)
        consent = put_on(inquiry, lead)
        step(inquiry, lead, S.ASSIGNED)
        assert end_of(consent) == LaterEnd.TAKEN_UP
        assert ReceiptStatus.objects.get(reference=inquiry.reference).listed_until is None

    def test_the_database_holds_one_at_a_time_with_a_reason_for_its_end(self, lead):
        consent = put_on(make_ended(lead), lead)
        consent.pk = None
        with pytest.raises((IntegrityError, ValidationError)):
            consent.save(force_insert=True)


def _as(state, lead):
    """Return the fields of an inquiry in a state, as the database asks for them."""
    is_open = state in (S.NEW, S.ASSIGNED, S.ATTEMPTING, S.IN_CONVERSATION, S.ENROLLED) or (
        state in (S.WAITING_FOR_RECORDS, S.PRE_SCREEN_PASSED, S.WAITING_FOR_PLACE, S.VISIT_BOOKED)
    )
    closings = {
        S.DIED: Closing.SENDER_DIED,
        S.DO_NOT_CONTACT: Closing.ASKED_FOR_SILENCE,
        S.DUPLICATE: Closing.OTHER_INQUIRY,
        S.SPAM: Closing.NOT_A_PERSON,
    }
    closing = "" if is_open else closings.get(state, Closing.TOLD)
    closed_at = None if is_open else timezone.now()
    return {
        "state": state,
        "closing": closing,
        "closed_at": closed_at,
        "end_reason": "",
        "assignee": lead,
    }


class TestRetention:
    def test_the_inquiry_is_kept_until_the_day_and_no_longer(self, lead, as_role):
        inquiry = make_ended(lead)
        consent = put_on(inquiry, lead)
        found = {one for line in services.preview() for one in line.obstacles}
        assert found == {Obstacle.LATER}
        with as_role("worker"):
            assert services.apply_retention() == {}
        day_after = timezone.now() + (consent.until - timezone.localdate()) + timedelta(days=1)
        with as_role("worker"):
            assert services.apply_retention(day_after) == {S.NOT_INTERESTED: 1}
        assert fresh(inquiry).erased_at
        assert end_of(consent) == LaterEnd.ERASED

    def test_the_senders_own_wish_to_be_erased_goes_first(self, lead, as_role):
        inquiry = make_ended(lead)
        consent = put_on(inquiry, lead)
        with as_role("worker"):
            services.erase(inquiry_id=inquiry.pk, why="sender")
        assert fresh(inquiry).erased_at and end_of(consent) == LaterEnd.ERASED


class TestPrivatePage:
    def test_it_says_until_when_and_takes_a_person_off(self, lead, public_door, as_role):
        with owner():
            inquiry = make_ended(lead, ago=timedelta(days=1))
            consent = put_on(inquiry, lead)
        page = public_door.get(address_of(inquiry)).text
        assert "You are on our list for later" in page and str(consent.until.year) in page
        assert "cancer" not in page.split("<main", 1)[1].split("</main", 1)[0].lower()
        ask_for(public_door, inquiry, "list/")
        (row,) = requests()
        assert row.kind == RequestKind.UNLIST
        page = public_door.get(address_of(inquiry)).text
        assert "We take you off the list in a moment." in page
        assert address_of(inquiry, "list/") not in page
        with owner(), as_role("worker"):
            assert services.work_off_requests() == 1
        with owner():
            assert end_of(consent) == LaterEnd.ON_PAGE
        page = public_door.get(address_of(inquiry)).text
        assert "You are on our list" not in page and "This is done." in page

    def test_who_is_not_on_it_is_offered_nothing(self, lead, public_door):
        with owner():
            inquiry = make_ended(lead, ago=timedelta(days=1))
        answer = public_door.get(address_of(inquiry, "list/"))
        assert answer.status_code == 303 and "list" not in answer["Location"]
        with owner():
            put_on(inquiry, lead)
            ReceiptStatus.objects.update(listed_until=timezone.localdate() - timedelta(days=1))
        assert "on our list" not in public_door.get(address_of(inquiry)).text

    def test_asking_twice_is_done_once(self, lead, as_role):
        inquiry = make_ended(lead)
        put_on(inquiry, lead)
        token = ReceiptStatus.objects.get(reference=inquiry.reference)
        for once in ("a", "b"):
            services.ask(receipt=token, kind=RequestKind.UNLIST, once=once)
        with as_role("worker"):
            services.work_off_requests()
        assert sorted(row.outcome for row in requests()) == ["applied", "not_needed"]


class TestScreens:
    def test_the_page_of_an_ended_inquiry_puts_a_person_on_and_off(self, lead):
        inquiry = make_ended(lead, ago=timedelta(days=1))
        address = f"/admin/inquiries/{inquiry.pk}/"
        page = browser(lead).get(address).text
        assert "The person wants to hear of other trials" in page
        sent = {
            "version": fresh(inquiry).version,
            "agreed_by": "call",
            "agreed_on": timezone.localdate().isoformat(),
            "months": "12",
        }
        refused = browser(lead).post(f"{address}later/", sent)
        assert refused.status_code == 422 and not LaterConsent.objects.exists()
        assert "Read the text to the person first" in refused.text
        browser(lead).post(f"{address}later/", sent | {"was_read": "on"})
        assert LaterConsent.objects.running().get().agreed_by == AgreedBy.CALL
        page = browser(lead).get(address).text
        assert "May be told of other trials until" in page and "On the list for later until" in page
        off = {"version": fresh(inquiry).version, "end": "by_person"}
        browser(lead).post(f"{address}later/end/", off)
        assert not LaterConsent.objects.running().exists()
        assert "Off the list for later: The person asked us to" in browser(lead).get(address).text

    def test_an_open_inquiry_offers_nothing_of_it(self, lead):
        inquiry = make_inquiry()
        assert "List for later" not in browser(lead).get(f"/admin/inquiries/{inquiry.pk}/").text

    def test_the_list_shows_references_and_no_names(self, lead):
        inquiry, other = make_ended(lead), make_ended(lead)
        put_on(inquiry, lead)
        page = browser(lead).get(LIST).text
        assert inquiry.reference in page and other.reference not in page
        assert not [value for value in PLANTED.values() if value in page]
        event = AuditEvent.objects.get(action="inquiry.later_listed")
        assert (event.actor_id, event.data) == (lead.pk, {"trial": "", "count": 1})

    def test_who_asked_to_be_erased_is_not_on_it_any_more(self, lead):
        inquiry = make_ended(lead, trial=make_trial())
        put_on(inquiry, lead)
        receipt = ReceiptStatus.objects.get(reference=inquiry.reference)
        services.ask(receipt=receipt, kind=RequestKind.ERASE)
        page = browser(lead).get(LIST).text
        assert inquiry.reference not in page and "later-trial" not in page

    def test_a_coordinator_sees_those_of_their_trials(self, lead):
        trial, other = make_trial(), make_trial(nct_id="NCT00000042")
        mine, theirs = make_ended(lead, trial=trial), make_ended(lead, trial=other)
        for inquiry in (mine, theirs):
            put_on(inquiry, lead)
        coordinator = make_member(trial, COORDINATORS)
        page = browser(coordinator).get(LIST).text
        assert mine.reference in page and theirs.reference not in page
        assert other.nct_id not in page
        assert browser(make_user(EDITORS)).get(LIST).status_code in (302, 403)

    def test_one_trial_can_be_chosen_and_nonsense_shows_all(self, lead):
        trial, other = make_trial(), make_trial(nct_id="NCT00000042")
        inquiries = [make_ended(lead, trial=each) for each in (trial, other)]
        for inquiry in inquiries:
            put_on(inquiry, lead)
        for chosen, expected in ((trial.nct_id, [True, False]), ("'; --", [True, True])):
            page = browser(lead).get(LIST, {"trial": chosen}).text
            assert [inquiry.reference in page for inquiry in inquiries] == expected

    def test_it_names_what_is_open_here_now_for_the_same_cancer(
        self, lead, django_assert_num_queries
    ):
        cancer = make_cancer_type("melanoma", "Melanoma")
        asked, fits, closed, elsewhere = (
            make_trial(nct_id=f"NCT0000004{number}", our_site_open=number != 2)
            for number in range(4)
        )
        for trial in (asked, fits, closed):
            TrialCancerType.objects.create(trial=trial, cancer_type=cancer, applies=True)
        inquiries = [make_ended(lead, trial=asked), make_ended(lead)]
        for inquiry in inquiries:
            put_on(inquiry, lead)
        with django_assert_num_queries(4):  # two of them for the trials of the two
            found = open_now(inquiries)
        assert found == {inquiries[0].pk: [fits.nct_id], inquiries[1].pk: []}
        assert fits.nct_id in browser(lead).get(LIST).text
        assert elsewhere.nct_id not in browser(lead).get(LIST).text


def test_coordinators_use_it_for_what_they_see(lead):
    trial = make_trial()
    inquiry = make_ended(lead, trial=trial)
    stranger = make_user(COORDINATORS)
    assert browser(stranger).post(f"/admin/inquiries/{inquiry.pk}/later/", {}).status_code == 404
    member = make_member(trial, COORDINATORS)
    assert put_on(inquiry, member).recorded_by == member
