"""The inbox in the admin: who sees what, and that every look is written down."""

import uuid
from datetime import timedelta
from http import HTTPStatus

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import ANSWERS, PLANTED, make_inquiry, make_member, make_trial
from trials.inquiries import permissions
from trials.inquiries.enums import InquiryState, QuarantineReason
from trials.inquiries.models import Inquiry, TrialTeamMember
from trials.inquiries.services import accept, assign, open_inquiry
from trials.inquiries.viewsets import InboxViewSet, TrialTeamsViewSet

pytestmark = pytest.mark.django_db

INBOX = "/admin/inquiries/"
TEAMS = "/admin/trial-teams/"
# Wagtail answers "no permission" by a redirect to the admin's home or the login.
REFUSALS = {
    HTTPStatus.FOUND,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
}


@pytest.fixture(autouse=True)
def site(db):
    make_home_page()


@pytest.fixture
def trial():
    return make_trial()


@pytest.fixture
def inquiry(trial):
    return make_inquiry(trial=trial)


@pytest.fixture
def people(trial):
    superuser = make_user(is_superuser=True, is_staff=True)
    return {
        "anonymous": None,
        "editor": make_user(EDITORS),
        "reviewer": make_user(REVIEWERS),
        "administrator": make_user(ADMINISTRATORS),
        "superuser": superuser,
        "coordinator of another trial": make_member(make_trial(), COORDINATORS),
        "editor on the team": make_member(trial, EDITORS),
        "former coordinator": make_user(COORDINATORS, is_active=False),
        "coordinator": make_member(trial, COORDINATORS),
        "lead": make_user(LEADS),
    }


def log_in(client, user):
    client.logout()
    if user is not None:
        client.force_login(user)


def addresses(inquiry: Inquiry) -> list[str]:
    """Return every address of the inbox for one inquiry; fails for one it cannot fill in."""
    found = []
    for pattern in InboxViewSet().get_urlpatterns():
        names = pattern.pattern.converters
        arguments = {"pk": inquiry.pk, "number": 1, "hold_id": 1}
        kwargs = {name: arguments[name] for name in names}
        found.append(reverse(f"inbox:{pattern.name}", kwargs=kwargs))
    return found


def test_every_address__refuses_everyone_but_the_team_and_leads(client, inquiry, people):
    for role, user in people.items():
        may_use = role in {"coordinator", "lead", "coordinator of another trial"}
        may_see = role in {"coordinator", "lead"}
        own_rules = {
            f"{INBOX}emergency/": {"coordinator", "coordinator of another trial", "superuser"},
            f"{INBOX}emergencies/": {"lead"},
        }
        log_in(client, user)
        for address in addresses(inquiry):
            about_one = str(inquiry.pk) in address
            allowed = may_see if about_one else may_use
            if address in own_rules:
                allowed = role in own_rules[address]
            is_page = address in (INBOX, f"{INBOX}{inquiry.pk}/", *own_rules)
            for method in (client.get, client.post):
                response = method(address)
                case = (role, method.__name__, address, response.status_code)
                if allowed and is_page and method == client.get:
                    assert response.status_code == HTTPStatus.OK, case
                if not allowed:
                    assert response.status_code in REFUSALS, case
                    assert not response.get("Location", "").startswith(INBOX), case
                if not may_see:
                    assert inquiry.reference not in response.content.decode(), case
                    assert PLANTED["name"] not in response.content.decode(), case
    assert Inquiry.objects.get(pk=inquiry.pk).version == 0


def test_every_address_of_the_teams__is_for_leads(client, trial, people):
    member = TrialTeamMember.objects.filter(trial=trial).first()
    for role, user in people.items():
        log_in(client, user)
        assert (client.get(TEAMS).status_code == HTTPStatus.OK) == (role == "lead"), role
        if role != "lead":
            client.post(TEAMS, {"trial": trial.nct_id, "user": user.pk if user else 1})
            for pattern in TrialTeamsViewSet().get_urlpatterns()[1:]:
                client.post(reverse(f"trial_teams:{pattern.name}", args=[member.pk]))
            assert TrialTeamMember.objects.filter(pk=member.pk).exists(), role


def test_permissions__being_a_superuser_opens_nothing(inquiry):
    superuser = make_user(is_superuser=True)
    assert not permissions.user_may_use_inbox(superuser)
    assert not permissions.user_is_lead(superuser)
    assert not permissions.user_may_edit_teams(superuser)
    assert not Inquiry.objects.visible_to(superuser).exists()
    assert not Inquiry.objects.visible_to(AnonymousUser()).exists()


def test_visible_to__assignee_team_and_leads(trial, inquiry):
    coordinator, lead = make_member(trial, COORDINATORS), make_user(LEADS)
    other = make_user(COORDINATORS)
    general = make_inquiry()
    assert set(Inquiry.objects.visible_to(coordinator)) == {inquiry}
    assert set(Inquiry.objects.visible_to(lead)) == {inquiry, general}
    assert not Inquiry.objects.visible_to(other).exists()
    assign(inquiry_id=general.pk, assignee=other, actor=lead, version=0)
    assert set(Inquiry.objects.visible_to(other)) == {general}


def test_list__shows_names_and_writes_one_event_with_ids(client, inquiry, people):
    make_inquiry()
    log_in(client, people["coordinator"])
    text = client.get(INBOX).content.decode()
    assert inquiry.reference in text and PLANTED["name"] in text
    event = AuditEvent.objects.get(action="inquiry.listed")
    assert event.data == {"ids": [str(inquiry.pk)]}
    assert event.actor_id == people["coordinator"].pk


def test_list__overdue_first(client, people):
    late, later, fresh = make_inquiry(), make_inquiry(), make_inquiry()
    now = timezone.now()
    for one, days in ((late, 3), (later, 6)):
        Inquiry.objects.filter(pk=one.pk).update(
            received_at=now - timedelta(days=days + 1), reply_due_at=now - timedelta(days=days)
        )
    log_in(client, people["lead"])
    rows = [row[0] for row in client.get(INBOX).context["rows"]]
    assert rows == [later, late, fresh]
    overdue = client.get(INBOX, {"show": "overdue"}).context["rows"]
    assert [row[0] for row in overdue] == [later, late]


@pytest.mark.parametrize(
    "query",
    [{"show": "nonsense"}, {"state": "x"}, {"trial": "NCT1"}, {"page": "x"}, {"page": "-1"}],
)
def test_list__ignores_filters_that_make_no_sense(client, people, inquiry, query):
    log_in(client, people["lead"])
    assert client.get(INBOX, query).status_code == HTTPStatus.OK


def test_list__filters_by_part_state_and_trial(client, people, trial, inquiry):
    quarantined = make_inquiry(quarantine_reasons=[QuarantineReason.HONEYPOT])
    log_in(client, people["lead"])

    def shown(**query):
        return {row[0] for row in client.get(INBOX, query).context["rows"]}

    assert shown() == {inquiry}
    assert shown(show="quarantine") == {quarantined}
    tagged = client.get(INBOX, {"show": "quarantine"}).content.decode()
    assert '<span class="inbox__tag">Quarantine</span>' in tagged
    assert shown(show="all") == {inquiry, quarantined}
    assert shown(show="all", trial=trial.nct_id) == {inquiry}
    assert shown(state=InquiryState.ATTEMPTING) == set()
    assert shown(show="mine") == set()


def test_search__finds_what_the_worker_has_not_indexed_yet_and_logs_no_text(
    client, people, inquiry
):
    log_in(client, people["coordinator"])
    response = client.post(INBOX, {"q": PLANTED["email"]})
    assert [row[0] for row in response.context["rows"]] == [inquiry]
    event = AuditEvent.objects.get(action="inquiry.searched")
    assert event.data == {"ids": [str(inquiry.pk)]}


def test_search__finds_nothing_beyond_what_one_may_see(client, people, inquiry):
    log_in(client, people["coordinator of another trial"])
    for text in (PLANTED["email"], PLANTED["name"], inquiry.reference):
        response = client.post(INBOX, {"q": text})
        assert response.context["rows"] == []


def test_inquiry__shows_the_answers_and_writes_an_event(client, people, inquiry):
    log_in(client, people["coordinator"])
    response = client.get(f"{INBOX}{inquiry.pk}/")
    text = response.content.decode()
    assert PLANTED["message"] in text and PLANTED["contact_when"] in text
    assert "must not name cancer" in text
    assert "no-store" in response["Cache-Control"]
    assert AuditEvent.objects.filter(action="inquiry.opened", object_id=inquiry.pk).count() == 1


def test_inquiry__shows_corrected_and_first_answers(client, people, trial, inquiry):
    make_inquiry(inquiry_id=inquiry.pk, trial=trial, answers={"phone": "415 555 0143"})
    log_in(client, people["lead"])
    text = client.get(f"{INBOX}{inquiry.pk}/").content.decode()
    assert "415 555 0143" in text and PLANTED["phone"] in text


def test_inquiry__hostile_text_is_inert(client, people):
    evil = "<script>alert(1)</script>{{ 7|add:7 }}{% now 'Y' %}=HYPERLINK(\"x\")"
    texts = dict.fromkeys(("name", "phone", "contact_when", "message"), evil)
    inquiry = make_inquiry(answers=texts)
    log_in(client, people["lead"])
    for address in (INBOX, f"{INBOX}{inquiry.pk}/"):
        text = client.get(address).content.decode()
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text and "{{ 7|add:7 }}" in text


def test_inquiry__a_refusal_is_written_down(client, people, inquiry):
    stranger = people["coordinator of another trial"]
    log_in(client, stranger)
    assert client.get(f"{INBOX}{inquiry.pk}/").status_code == HTTPStatus.NOT_FOUND
    assert AuditEvent.objects.filter(
        action="inquiry.refused", actor=stranger.pk, object_id=inquiry.pk
    ).exists()


def test_actions__do_what_their_buttons_say(client, people, inquiry):
    coordinator = people["coordinator"]
    log_in(client, coordinator)
    at = timezone.localtime() - timedelta(seconds=1)
    Inquiry.objects.update(received_at=timezone.now() - timedelta(days=1))
    steps = [
        ("assign", {"assignee": coordinator.pk}),
        ("note", {"text": "Prefers mornings", "visibility": "team"}),
        (
            "attempt",
            {"channel": "phone", "outcome": "spoke", "at": f"{at:%Y-%m-%dT%H:%M}", "text": "Nice"},
        ),
        ("state", {"state": "pre_screen_passed"}),
        ("state", {"ending": "not_interested", "reason": "travel", "closing": "by_phone"}),
    ]
    for action, data in steps:
        version = Inquiry.objects.get().version
        client.post(f"{INBOX}{inquiry.pk}/{action}/", data | {"version": version})
    text = client.get(f"{INBOX}{inquiry.pk}/").content.decode()
    assert "Prefers mornings" in text and "Nice" in text
    inquiry.refresh_from_db()
    assert (inquiry.state, inquiry.closing) == ("not_interested", "by_phone")
    assert inquiry.closing_attempt == inquiry.attempts.get()
    assert inquiry.assignee == coordinator


def test_actions__a_stale_page_changes_nothing_and_says_so(client, people, inquiry):
    log_in(client, people["coordinator"])
    address = f"{INBOX}{inquiry.pk}/state/"
    client.post(address, {"state": "attempting", "version": 0})
    answer = client.post(address, {"state": "in_conversation", "version": 0}, follow=True)
    assert "Somebody else changed this inquiry" in answer.content.decode()
    inquiry.refresh_from_db()
    assert inquiry.state == InquiryState.ATTEMPTING


def test_buttons__are_those_of_the_table(client, people, inquiry):
    log_in(client, people["coordinator"])
    form = client.get(f"{INBOX}{inquiry.pk}/").context["state_form"]
    assert form.buttons == ["assigned", "attempting", "in_conversation"]


def test_menu__shows_the_inbox_only_to_those_who_may_use_it(client, people):
    for role, user in people.items():
        if user is None or not user.is_active:
            continue
        log_in(client, user)
        shown = INBOX in client.get("/admin/").content.decode()
        assert shown == (role in {"coordinator", "lead", "coordinator of another trial"}), role


def test_teams__a_lead_puts_people_on_and_takes_them_off(client, people, trial, inquiry):
    newcomer = make_user(COORDINATORS)
    log_in(client, people["lead"])
    client.post(TEAMS, {"trial": trial.nct_id, "user": newcomer.pk, "role": "coordinator"})
    assert Inquiry.objects.visible_to(newcomer).filter(pk=inquiry.pk).exists()
    member = TrialTeamMember.objects.get(user=newcomer)
    client.post(f"{TEAMS}{member.pk}/leave/")
    assert not Inquiry.objects.visible_to(newcomer).exists()
    actions = AuditEvent.objects.filter(object_type="trial", actor=people["lead"].pk)
    assert set(actions.values_list("action", flat=True)) == {"team.joined", "team.left"}


def test_inbox__the_staff_role_may_do_all_of_it(client, people, inquiry, as_role):
    with as_role("staff"):
        log_in(client, people["lead"])
        assert client.get(INBOX).status_code == HTTPStatus.OK
        assert client.post(INBOX, {"q": PLANTED["name"]}).status_code == HTTPStatus.OK
        open_inquiry(inquiry_id=inquiry.pk, actor=people["lead"], request=None)
        accept(
            inquiry_id=uuid.uuid4(),
            answers=ANSWERS,
            trial=None,
            language="en",
            origin="help",
            consent_version="en-0-0",
        )


def test_list__costs_the_same_for_many_as_for_few(client, people, trial, inquiry):
    for number in range(30):
        make_inquiry(trial=trial, answers={"name": f"Sender {number}"})
    log_in(client, people["coordinator"])
    client.get(INBOX)
    with CaptureQueriesContext(connection) as queries:
        client.get(INBOX)
    sent = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert len(sent) <= 20, sent


class TestDashboard:
    """The dashboard says what waits, in numbers, to those who have an inbox."""

    def test_numbers__are_those_of_the_inquiries_one_may_see(self, client, people, trial, inquiry):
        make_inquiry(trial=make_trial())
        mine = make_inquiry(trial=trial)
        assign(inquiry_id=mine.pk, assignee=people["coordinator"], actor=people["lead"], version=0)
        late = make_inquiry(trial=trial)
        long_ago = timezone.now() - timedelta(days=9)
        Inquiry.objects.filter(pk=late.pk).update(
            received_at=long_ago, reply_due_at=long_ago + timedelta(days=1)
        )
        log_in(client, people["coordinator"])
        [panel] = [
            panel for panel in client.get("/admin/").context["panels"] if panel.name == "inbox"
        ]
        request = client.get("/admin/").wsgi_request
        shown = panel.get_context_data({"request": request})
        numbers = {str(tile.label): tile.number for tile in shown["tiles"]}
        assert numbers == {
            "Overdue": 1,
            "Urgent words": 0,
            "Passed up": 0,
            "Sender not told": 0,
            "Nobody assigned": 2,
            "Assigned to me": 1,
            "All open": 3,
            "Trial closed": 0,
            "Quarantine": 0,
            "Trials to confirm": 0,
            "Summaries to sign": 0,
        }
        assert shown["next_due_at"] > timezone.now()

    def test_panel__names_nobody_and_its_links_lead_on(self, client, people, inquiry):
        log_in(client, people["coordinator"])
        html = client.get("/admin/").content.decode()
        for planted in (PLANTED["name"], PLANTED["email"], inquiry.reference):
            assert planted not in html
        for part in ("overdue", "unassigned", "mine", "open", "quarantine"):
            assert f'href="/admin/inquiries/?show={part}"' in html
            assert client.get(f"{INBOX}?show={part}").status_code == HTTPStatus.OK
        assert "Search all pages" not in html

    @pytest.mark.parametrize("who", ["editor", "reviewer", "administrator", "superuser"])
    def test_panel__is_not_there_without_an_inbox(self, client, people, inquiry, who):
        log_in(client, people[who])
        assert "?show=overdue" not in client.get("/admin/").content.decode()

    def test_unassigned__lists_what_nobody_has_taken(self, client, people, trial, inquiry):
        taken = make_inquiry(trial=trial)
        assign(inquiry_id=taken.pk, assignee=people["coordinator"], actor=people["lead"], version=0)
        log_in(client, people["lead"])
        html = client.get(f"{INBOX}?show=unassigned").content.decode()
        assert inquiry.reference in html
        assert taken.reference not in html
