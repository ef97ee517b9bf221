"""Taking a page down works at once; bringing it back takes a review."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.models import AuditEvent, ClinicSettings, StandardPage, TakeDown
from clinic.models.review import APPROVE_CHANGE, APPROVE_WHOLE_PAGE
from clinic.review import ReviewRefused
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from clinic.takedown import take_down
from tests.factories import make_home_page, make_locale, make_page, make_reviewer, make_user

pytestmark = pytest.mark.django_db

REASON = "The dose in the second paragraph is wrong."


def log_in(user):
    client = Client()
    client.force_login(user)
    return client


def url_of(page):
    return reverse("take_down", args=[page.pk])


def fresh(page):
    return StandardPage.objects.get(pk=page.pk)


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS, ADMINISTRATORS])
class TestWhoMay:
    def test_page_leaves_the_site_with_a_reason(self, role):
        page, user = make_page(), make_user(role)
        log_in(user).post(url_of(page), {"reason": REASON})

        assert not fresh(page).live
        record = TakeDown.objects.get()
        assert (record.page_id, record.reason, record.taken_down_by) == (page.pk, REASON, user)

    def test_button_is_offered_in_the_explorer(self, role):
        page = make_page()
        response = log_in(make_user(role)).get(
            reverse("wagtailadmin_explore", args=[page.get_parent().pk])
        )
        assert url_of(page) in response.content.decode()

    def test_reason_is_required(self, role):
        page = make_page()
        response = log_in(make_user(role)).post(url_of(page), {"reason": " "})
        assert response.status_code == 200
        assert fresh(page).live


@pytest.mark.parametrize("role", [COORDINATORS, LEADS, None])
def test_others_may_not(role):
    page = make_page()
    log_in(make_user(role)).post(url_of(page), {"reason": REASON})
    assert fresh(page).live
    assert not TakeDown.objects.exists()


def test_it_is_audited_without_the_reason():
    page, user = make_page(), make_user(EDITORS)
    log_in(user).post(url_of(page), {"reason": REASON})
    event = AuditEvent.objects.get(action="page.taken_down")
    assert (event.actor_id, event.object_id) == (user.pk, str(page.pk))
    assert REASON not in str(event.data)


def test_screen_of_a_draft_is_refused():
    page = make_page(live=False)
    response = log_in(make_user(EDITORS)).get(url_of(page), follow=True)
    assert "permission" in response.content.decode()


class TestNotice:
    def test_stands_at_the_address_of_the_page(self, client):
        page = make_page(introduction="Wrong words")
        clinic = ClinicSettings.for_site(page.get_site())
        clinic.phone = "(415) 555-0100"
        clinic.save()
        take_down([page], user=make_user(EDITORS), reason=REASON)

        response = client.get(page.get_url())
        text = response.content.decode()
        assert response.status_code == 410
        assert "(415) 555-0100" in text
        assert "Wrong words" not in text
        assert page.title not in text
        assert REASON not in text

    def test_pages_below_stay(self, client):
        page = make_page()
        below = make_page(page)
        take_down([page], user=make_user(EDITORS), reason=REASON)
        assert client.get(below.get_url()).status_code == 200

    def test_draft_that_was_never_live_is_not_found(self, client):
        page = make_page(live=False)
        assert client.get(page.get_url()).status_code == 404

    def test_page_unpublished_by_its_own_date_is_not_found(self, client):
        page = make_page()
        page.unpublish(log_action=False)
        assert client.get(page.get_url()).status_code == 404

    def test_editors_still_see_their_draft(self):
        page = make_page(introduction="Wrong words")
        take_down([page], user=make_user(EDITORS), reason=REASON)
        response = log_in(make_user(EDITORS)).get(
            reverse("wagtailadmin_pages:view_draft", args=[page.pk])
        )
        assert "Wrong words" in response.content.decode()


class TestLanguages:
    def test_other_languages_go_too_unless_unticked(self):
        home = make_home_page()
        spanish = make_locale("es")
        spanish_home = home.copy_for_translation(spanish)
        page = make_page(home)
        key = page.translation_key
        translation = make_page(spanish_home, locale=spanish, translation_key=key)
        client = log_in(make_user(EDITORS))

        client.post(url_of(page), {"reason": REASON, "with_translations": "on"})
        assert not fresh(page).live
        assert not fresh(translation).live

    def test_unticked_they_stay(self):
        home = make_home_page()
        spanish = make_locale("es")
        spanish_home = home.copy_for_translation(spanish)
        page = make_page(home)
        translation = make_page(spanish_home, locale=spanish, translation_key=page.translation_key)
        log_in(make_user(EDITORS)).post(url_of(page), {"reason": REASON})
        assert not fresh(page).live
        assert fresh(translation).live


class TestComingBack:
    def submitted(self, page, editor, **fields):
        draft = fresh(page).get_latest_revision_as_object()
        for name, value in fields.items():
            setattr(draft, name, value)
        draft.save_revision(user=editor)
        instance = fresh(page)
        instance.get_workflow().start(instance, editor)
        return fresh(page).current_workflow_task_state

    def test_through_a_review_of_the_whole_page(self, client):
        editor, reviewer = make_user(EDITORS), make_reviewer()
        page = make_page()
        take_down([page], user=editor, reason=REASON)
        state = self.submitted(page, editor, introduction="Right words")

        with pytest.raises(ReviewRefused, match="whole page"):
            state.task.specific.on_action(state, reviewer, APPROVE_CHANGE)
        state.task.specific.on_action(state, reviewer, APPROVE_WHOLE_PAGE)
        response = client.get(page.get_url())
        assert response.status_code == 200
        assert "Right words" in response.content.decode()

    def test_not_with_an_approval_from_before(self):
        editor, reviewer = make_user(EDITORS), make_reviewer()
        page = make_page()
        state = self.submitted(page, editor, introduction="Wrong words")
        state.task.specific.on_action(state, reviewer, APPROVE_WHOLE_PAGE)
        approved = fresh(page).latest_revision
        take_down([fresh(page)], user=editor, reason=REASON)
        with pytest.raises(ReviewRefused):
            approved.publish(skip_permission_checks=True)
        assert not fresh(page).live
