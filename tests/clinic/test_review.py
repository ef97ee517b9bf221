"""Only what a named clinician approved goes live, whichever way somebody tries."""

import json
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from wagtail.models import (
    TaskState,
    WorkflowState,
)

from clinic.models import PatientText
from clinic.models.review import APPROVE_CHANGE, APPROVE_WHOLE_PAGE, authors_of
from clinic.review import ReviewRefused, add_months, content_sha256
from clinic.roles import EDITORS, REVIEWERS
from tests.clinic.review_steps import (
    act,
    change,
    edit_url,
    form_data,
    fresh,
    log_in,
    names_of,
    submit,
)
from tests.factories import (
    make_home_page,
    make_locale,
    make_page,
    make_patient_text,
    make_person,
    make_reviewer,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make_user(EDITORS)


@pytest.fixture
def reviewer():
    return make_reviewer()


class TestApproving:
    def test_approved_change_goes_live_and_is_signed(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="New words")
        act(submit(page, editor), reviewer)

        live = fresh(page)
        assert live.introduction == "New words"
        assert live.reviewed_by == reviewer.people.get()
        assert live.reviewed_on == timezone.localdate()
        assert live.next_review_due == add_months(timezone.localdate(), 24)

    def test_same_content_saved_again_while_approving_goes_live(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="New words")
        state = submit(page, editor)
        change(page, reviewer)  # what the page editor does when it takes the form for changed
        act(state, reviewer)
        assert fresh(page).introduction == "New words"
        assert not fresh(page).workflow_in_progress

    def test_approving_the_change_leaves_the_review_date(self, editor, reviewer):
        old = timezone.localdate() - timedelta(days=100)
        page = make_page(reviewed_on=old)
        change(page, editor, introduction="Small change")
        act(submit(page, editor), reviewer, APPROVE_CHANGE)

        live = fresh(page)
        assert live.introduction == "Small change"
        assert live.reviewed_on == old
        assert live.reviewed_by is None

    def test_reviewed_fields_also_stand_in_the_revision_and_keep_the_hash(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="New words")
        state = submit(page, editor)
        submitted = state.content_sha256
        act(state, reviewer)

        revision = fresh(page).latest_revision
        assert revision.content["reviewed_by"] == reviewer.people.get().pk
        assert content_sha256(revision.content) == submitted

    def test_first_publication_needs_the_whole_page(self, editor, reviewer):
        page = make_page(live=False)
        change(page, editor, introduction="First")
        state = submit(page, editor)

        assert APPROVE_CHANGE not in names_of(state, reviewer)
        with pytest.raises(ReviewRefused, match="whole page"):
            act(state, reviewer, APPROVE_CHANGE)
        assert not fresh(page).live

    def test_demo_mark_goes_only_with_the_whole_page(self, editor, reviewer):
        page = make_page(is_demo_content=True)
        change(page, editor, introduction="One")
        act(submit(page, editor), reviewer, APPROVE_CHANGE)
        assert fresh(page).is_demo_content

        change(page, editor, introduction="Two")
        act(submit(page, editor), reviewer, APPROVE_WHOLE_PAGE)
        assert not fresh(page).is_demo_content

    def test_signature_is_in_the_language_of_the_text(self, editor, reviewer):
        spanish = make_locale("es")
        person = make_person(user=reviewer, locale=spanish, name="Ana en español")
        page = make_page(make_home_page(locale=spanish, slug="inicio"))
        change(page, editor, introduction="Palabras")
        act(submit(page, editor), reviewer)
        assert fresh(page).reviewed_by == person

    def test_snippet_goes_live_through_the_same_task(self, editor, reviewer):
        text = make_patient_text(live=False)
        change(text, editor, title="Thank you very much")
        act(submit(text, editor), reviewer)

        live = fresh(text)
        assert live.live
        assert live.title == "Thank you very much"
        assert live.reviewed_by == reviewer.people.get()

    def test_asking_for_changes_publishes_nothing(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="New words")
        act(submit(page, editor), reviewer, "reject", comment="Please say it plainly.")
        assert fresh(page).introduction == ""
        assert fresh(page).current_workflow_state.status == WorkflowState.STATUS_NEEDS_CHANGES


class TestWhoMayApprove:
    def test_editor_cannot_approve(self, editor):
        page = make_page()
        change(page, editor, introduction="New words")
        with pytest.raises(PermissionDenied):
            act(submit(page, editor), editor)

    def test_superuser_outside_the_group_cannot_approve(self, editor):
        page = make_page()
        change(page, editor, introduction="New words")
        with pytest.raises(PermissionDenied):
            act(submit(page, editor), make_user(is_superuser=True))

    def test_submitter_cannot_approve(self, reviewer):
        page = make_page()
        change(page, make_user(EDITORS), introduction="New words")
        state = submit(page, reviewer)
        assert names_of(state, reviewer) == ["reject"]
        with pytest.raises(ReviewRefused, match="Another reviewer"):
            act(state, reviewer)

    def test_author_of_an_earlier_unpublished_revision_cannot_approve(self, editor, reviewer):
        page = make_page()
        change(page, reviewer, introduction="Mine")
        change(page, editor, title="And a title")
        with pytest.raises(ReviewRefused, match="Another reviewer"):
            act(submit(page, editor), reviewer)

    def test_author_of_a_published_revision_may_approve_the_next(self, editor, reviewer):
        page = make_page()
        change(page, reviewer, introduction="Mine")
        act(submit(page, editor), make_reviewer())
        change(page, editor, introduction="Another")
        act(submit(page, editor), reviewer)
        assert fresh(page).introduction == "Another"

    def test_revision_that_changes_nothing_makes_nobody_an_author(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="New words")
        change(page, reviewer)
        assert authors_of(fresh(page)) == {editor.pk}

    def test_reviewer_without_a_person_is_told_why(self, editor):
        page = make_page()
        change(page, editor, introduction="New words")
        with pytest.raises(ReviewRefused, match="not linked to a person"):
            act(submit(page, editor), make_user(REVIEWERS))
        assert fresh(page).introduction == ""

    def test_own_submissions_do_not_wait_on_the_dashboard(self, editor, reviewer):
        page = make_page()
        change(page, reviewer, introduction="New words")
        submit(page, reviewer)
        assert not TaskState.objects.reviewable_by(reviewer).exists()
        assert TaskState.objects.reviewable_by(make_reviewer()).count() == 1


class TestContentIsBound:
    def test_change_after_submission_needs_a_new_submission(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="Submitted")
        state = submit(page, editor)
        change(page, editor, introduction="Slipped in")
        with pytest.raises(ReviewRefused, match="has changed since"):
            act(state, reviewer)
        assert fresh(page).introduction == ""

    def test_overwritten_revision_is_not_what_was_approved(self, editor, reviewer):
        """A stale tab's autosave keeps the revision's id and changes its content."""
        page = make_page()
        revision = change(page, editor, introduction="Submitted")
        state = submit(page, editor)
        draft = fresh(page).get_latest_revision_as_object()
        draft.introduction = "Slipped in"
        draft.save_revision(user=editor, overwrite_revision=revision)
        with pytest.raises(ReviewRefused, match="has changed since"):
            act(state, reviewer)

    def test_overwriting_the_published_revision_makes_an_author(self, editor, reviewer):
        other = make_reviewer()
        page = make_page()
        revision = change(page, reviewer, introduction="Approved")
        act(submit(page, editor), other)
        revision.refresh_from_db()
        draft = fresh(page).get_latest_revision_as_object()
        draft.introduction = "Slipped in"
        draft.save_revision(user=reviewer, overwrite_revision=revision)
        with pytest.raises(ReviewRefused, match="Another reviewer"):
            act(submit(page, editor), reviewer)
        assert fresh(page).introduction == "Approved"

    def test_incomplete_block_is_named_and_not_published(self, editor, reviewer):
        page = make_page()
        change(page, editor, body=[("heading", "")])
        state = submit(page, editor)
        with pytest.raises(ReviewRefused, match="incomplete"):
            act(state, reviewer)
        assert fresh(page).current_workflow_state.status == WorkflowState.STATUS_IN_PROGRESS

    def test_only_the_comment_is_taken_from_the_browser(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="New words")
        act(submit(page, editor), reviewer, comment="Good", update=False, task_state=None)
        assert fresh(page).introduction == "New words"

    def test_state_of_another_page_is_checked_on_its_own_text(self, editor, reviewer):
        """Nothing in the address of the approval view ties the task state to the page."""
        mine, other = make_page(), make_page()
        change(mine, reviewer, introduction="Mine")
        state = submit(mine, editor)
        change(other, editor, introduction="Other")
        submit(other, editor)
        url = reverse(
            "wagtailadmin_pages:workflow_action", args=[other.pk, APPROVE_WHOLE_PAGE, state.pk]
        )
        log_in(reviewer).post(url, {"comment": ""})
        assert fresh(mine).introduction == ""

    def test_finished_request_cannot_be_approved_again(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="New words")
        state = submit(page, editor)
        fresh(page).current_workflow_state.cancel(user=editor)
        state.status = TaskState.STATUS_IN_PROGRESS
        state.save()
        with pytest.raises(ReviewRefused, match="no longer waiting"):
            act(state, reviewer)


class TestMessages:
    def test_refusal_is_a_message_and_not_an_error(self, editor):
        page = make_page()
        change(page, editor, introduction="New words")
        state = submit(page, editor)
        client = log_in(make_user(REVIEWERS))
        url = reverse(
            "wagtailadmin_pages:workflow_action", args=[page.pk, APPROVE_WHOLE_PAGE, state.pk]
        )
        response = client.post(url, {"comment": ""}, follow=True)
        assert response.status_code == 200
        assert "not linked to a person" in response.content.decode()

    def test_refusal_in_a_dialog_is_answered_in_its_own_format(self, editor):
        page = make_page()
        change(page, editor, introduction="New words")
        state = submit(page, editor)
        client = log_in(make_user(REVIEWERS))
        url = reverse(
            "wagtailadmin_pages:workflow_action", args=[page.pk, APPROVE_WHOLE_PAGE, state.pk]
        )
        response = client.post(url, {"comment": ""}, headers={"x-requested-with": "XMLHttpRequest"})
        assert json.loads(response.content)["step"] == "success"

    def test_editor_without_fields_of_the_review(self, editor):
        page = make_page()
        client = log_in(editor)
        data = form_data(
            page, reviewed_on="2020-01-01", is_demo_content="on", next_review_due="2099-01-01"
        )
        client.post(edit_url(page), data)
        draft = fresh(page).get_latest_revision_as_object()
        assert draft.reviewed_on is None
        assert draft.next_review_due is None
        assert not draft.is_demo_content


def test_every_reviewed_model_has_the_workflow():
    assert make_page().get_workflow().name == "Clinical review"
    assert PatientText.get_default_workflow().name == "Clinical review"
