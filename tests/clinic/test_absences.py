"""While somebody is away: who may stand in, what they get, and what is kept of it."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.absences import covered_by
from clinic.models import Absence, AuditEvent, OutboxMessage
from clinic.review_digest import build_digest, digest_for, enqueue_digests
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS
from tests.clinic.review_steps import act, change, fresh, log_in, submit
from tests.factories import make_page, make_reviewer, make_user

pytestmark = pytest.mark.django_db


def day(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def days(first: int, last: int) -> dict[str, str]:
    return {"first_day": day(first).isoformat(), "last_day": day(last).isoformat()}


def make_absence(user: Any, deputy: Any, first: int = 0, last: int = 5) -> Absence:
    return Absence.objects.create(
        user=user, deputy=deputy, first_day=day(first), last_day=day(last)
    )


def send(sender: Any, **data: Any) -> Any:
    return log_in(sender).post(reverse("absences"), data)


class TestPlan:
    def test_reviewer__names_a_deputy_and_it_is_audited(self) -> None:
        user, deputy = make_reviewer(), make_reviewer()
        assert send(user, deputy=deputy.pk, **days(1, 7)).status_code == 302
        absence = Absence.objects.get()
        assert (absence.user, absence.deputy) == (user, deputy)
        event = AuditEvent.objects.get(action="absence.planned")
        assert (event.actor_id, event.object_id) == (user.pk, str(user.pk))
        assert event.data == {"deputy": deputy.pk, **days(1, 7)}

    @pytest.mark.parametrize("who", ["self", "editor", "left", "nobody"])
    def test_deputy__is_somebody_else_with_the_same_role(self, who: str) -> None:
        user = make_reviewer()
        others = {
            "self": user.pk,
            "editor": make_user(EDITORS).pk,
            "left": make_reviewer(is_active=False).pk,
            "nobody": 987654,
        }
        make_reviewer()
        assert send(user, deputy=others[who], **days(1, 7)).status_code == 200
        assert not Absence.objects.exists()

    @pytest.mark.parametrize(
        ("first", "last", "words"),
        [
            (5, 2, "The last day is before the first."),
            (-9, -2, "These days are over."),
            (0, 400, "Choose at most one year."),
        ],
    )
    def test_days__make_sense(self, first: int, last: int, words: str) -> None:
        user, deputy = make_reviewer(), make_reviewer()
        response = send(user, deputy=deputy.pk, **days(first, last))
        assert words in response.content.decode()
        # What was typed is still there.
        assert days(first, last)["last_day"] in response.content.decode()
        assert not Absence.objects.exists()

    @pytest.mark.parametrize(("first", "last"), [(0, 3), (5, 9), (2, 3), (-3, 20)])
    def test_two_absences__do_not_overlap(self, first: int, last: int) -> None:
        user, deputy = make_reviewer(), make_reviewer()
        make_absence(user, deputy, 1, 6)
        response = send(user, deputy=deputy.pk, **days(first, last))
        assert "There is another absence in these days." in response.content.decode()
        assert Absence.objects.count() == 1

    def test_deputy_who_is_away__cannot_stand_in(self) -> None:
        user, deputy = make_reviewer(), make_reviewer()
        make_absence(deputy, make_reviewer(), 4, 6)
        response = send(user, deputy=deputy.pk, **days(1, 4))
        assert "This person is away in these days too." in response.content.decode()
        assert send(user, deputy=deputy.pk, **days(1, 3)).status_code == 302

    def test_administrator__plans_for_somebody_who_is_ill(self) -> None:
        user, deputy, admin = make_reviewer(), make_reviewer(), make_user(ADMINISTRATORS)
        assert send(admin, user=user.pk, deputy=deputy.pk, **days(0, 7)).status_code == 302
        assert Absence.objects.get().user == user
        assert AuditEvent.objects.get(action="absence.planned").actor_id == admin.pk

    def test_reviewer__plans_for_nobody_else(self) -> None:
        user, other, deputy = make_reviewer(), make_reviewer(), make_reviewer()
        send(user, user=other.pk, deputy=deputy.pk, **days(0, 7))
        assert Absence.objects.get().user == user

    @pytest.mark.parametrize("role", [COORDINATORS, LEADS])
    def test_people_with_an_inbox__name_a_deputy_too(self, role: str) -> None:
        user, deputy = make_user(role), make_user(role)
        assert b"While you are away" in log_in(user).get(reverse("wagtailadmin_home")).content
        assert send(user, user=user.pk, deputy=deputy.pk, **days(0, 3)).status_code == 302
        assert Absence.objects.get().deputy == deputy

    def test_deputy_of_a_coordinator__may_be_a_lead_but_nobody_without_an_inbox(self) -> None:
        user, lead, editor = make_user(COORDINATORS), make_user(LEADS), make_user(EDITORS)
        assert send(user, deputy=editor.pk, **days(0, 3)).status_code == 200
        assert send(user, deputy=lead.pk, **days(0, 3)).status_code == 302
        # The other way round it would show a coordinator all inquiries of the clinic.
        assert send(lead, user=lead.pk, deputy=user.pk, **days(9, 9)).status_code == 200
        assert Absence.objects.count() == 1

    def test_lead__plans_for_an_ill_coordinator_and_an_administrator_cannot(self) -> None:
        ill, colleague = make_user(COORDINATORS), make_user(COORDINATORS)
        data = {"user": ill.pk, "deputy": colleague.pk, **days(0, 3)}
        assert send(make_user(ADMINISTRATORS), **data).status_code == 200
        assert not Absence.objects.exists()
        assert send(make_user(LEADS), **data).status_code == 302
        assert Absence.objects.get().user == ill

    def test_lead__does_not_plan_for_editors(self) -> None:
        editor, other = make_user(EDITORS), make_user(EDITORS)
        data = {"user": editor.pk, "deputy": other.pk, **days(0, 3)}
        assert send(make_user(LEADS), **data).status_code == 200
        assert not Absence.objects.exists()

    def test_without_a_colleague__the_screen_says_who_can_help(self) -> None:
        client = log_in(make_reviewer())
        assert b"Nobody else has your role yet" in client.get(reverse("absences")).content
        assert b"While you are away" in client.get(reverse("wagtailadmin_home")).content

    @pytest.mark.parametrize("fault", ["order", "self"])
    def test_database__refuses_what_makes_no_sense(self, fault: str) -> None:
        user, deputy = make_reviewer(), make_reviewer()
        with pytest.raises(IntegrityError), transaction.atomic():
            make_absence(user, user if fault == "self" else deputy, 3, 1 if fault == "order" else 4)


class TestEnd:
    def test_end__stops_the_cover_and_is_audited_once(self) -> None:
        user, deputy = make_reviewer(), make_reviewer()
        absence = make_absence(user, deputy)
        assert covered_by(deputy) == {user.pk: user}
        assert send(user, end=absence.pk).status_code == 302
        assert covered_by(deputy) == {}
        assert send(user, end=absence.pk).status_code == 404
        assert AuditEvent.objects.filter(action="absence.ended").count() == 1

    @pytest.mark.parametrize("number", ["x", "-1", "", "99999"])
    def test_unknown_absence__is_not_found(self, number: str) -> None:
        assert send(make_reviewer(), end=number).status_code == 404

    def test_nobody__ends_that_of_another(self) -> None:
        user, deputy = make_reviewer(), make_reviewer()
        absence = make_absence(user, deputy)
        assert send(deputy, end=absence.pk).status_code == 404
        assert send(make_user(ADMINISTRATORS), end=absence.pk).status_code == 302
        assert covered_by(deputy) == {}


class TestCover:
    def due_page(self, user: Any) -> Any:
        return make_page(reviewed_by=user.people.get(), next_review_due=day(-3))

    def test_deputy__gets_what_is_due_of_the_absent(self) -> None:
        user, deputy, third = make_reviewer(), make_reviewer(), make_reviewer()
        page = self.due_page(user)
        make_absence(user, deputy)
        assert [found.pk for found in digest_for(deputy).pages] == [page.pk]
        assert [found.pk for found in digest_for(user).pages] == [page.pk]
        assert not digest_for(third)

    @pytest.mark.parametrize(("first", "last"), [(1, 5), (-5, -1)])
    def test_absence_of_other_days__does_nothing(self, first: int, last: int) -> None:
        user, deputy = make_reviewer(), make_reviewer()
        self.due_page(user)
        make_absence(user, deputy, first, last)
        assert not digest_for(deputy)

    def test_deputies_of_deputies__are_not_followed(self) -> None:
        user, deputy, third = make_reviewer(), make_reviewer(), make_reviewer()
        self.due_page(user)
        make_absence(user, deputy)
        make_absence(deputy, third)
        assert not digest_for(third)

    def test_owner_who_is_away__has_a_deputy_too(self) -> None:
        owner, deputy = make_user(EDITORS), make_user(EDITORS)
        page = make_page(owner=owner, next_review_due=day(-3))
        make_absence(owner, deputy)
        assert [found.pk for found in digest_for(deputy).pages] == [page.pk]

    def test_mail_and_dashboard__say_for_whom(self) -> None:
        user = make_reviewer(first_name="Ana", last_name="Rivera")
        deputy = make_reviewer()
        self.due_page(user)
        make_absence(user, deputy)
        enqueue_digests()
        message = OutboxMessage.objects.get(subject_id=str(deputy.pk))
        mail = build_digest(message)
        assert mail is not None and "Ana Rivera is away" in mail.body
        home = log_in(deputy).get(reverse("wagtailadmin_home")).content.decode()
        assert "Ana Rivera is away" in " ".join(home.split())

    def test_report__names_the_deputy(self) -> None:
        user = make_reviewer()
        deputy = make_reviewer(first_name="Luis", last_name="Ortega")
        self.due_page(user)
        make_absence(user, deputy)
        html = log_in(make_user(EDITORS)).get(reverse("clinical_reviews")).content.decode()
        assert "Luis Ortega until" in html

    def test_deputy__signs_with_their_own_name(self) -> None:
        editor, user, deputy = make_user(EDITORS), make_reviewer(), make_reviewer()
        page = make_page()
        make_absence(user, deputy)
        change(page, editor, introduction="New words")
        act(submit(page, editor), deputy)
        assert fresh(page).reviewed_by == deputy.people.get()


@pytest.mark.parametrize("number", ["", "²", "-1", "x", "9" * 5000, "9" * 18])
def test_ending__what_no_button_sends_is_not_found(number: str) -> None:
    assert send(make_reviewer(), end=number).status_code == 404
