"""Only what a named clinician approved goes live, whichever way somebody tries."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import (
    GroupApprovalTask,
    Page,
    TaskState,
    Workflow,
    WorkflowState,
    WorkflowTask,
)
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from clinic.models import PatientText, StandardPage
from clinic.models.review import APPROVE_CHANGE, APPROVE_WHOLE_PAGE, authors_of
from clinic.review import ReviewRefused, content_sha256, publishing_without_review
from clinic.roles import EDITORS, REVIEWERS
from tests.factories import (
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


def fresh(page):
    return type(page).objects.get(pk=page.pk)


def change(page, user, **fields):
    """Save a draft with other values, as the editor does."""
    draft = fresh(page).get_latest_revision_as_object()
    for name, value in fields.items():
        setattr(draft, name, value)
    return draft.save_revision(user=user)


def submit(page, user):
    """Send the latest draft to review and return the open task state."""
    instance = fresh(page)
    instance.get_workflow().start(instance, user)
    return fresh(page).current_workflow_task_state


def act(state, user, action=APPROVE_WHOLE_PAGE, **data):
    state.task.specific.on_action(state, user, action, **data)


def log_in(user):
    client = Client()
    client.force_login(user)
    return client


def form_data(page, **fields):
    """Return what the page editor posts."""
    draft = fresh(page).get_latest_revision_as_object()
    return nested_form_data(
        {
            "title": draft.title,
            "slug": draft.slug,
            "introduction": draft.introduction,
            "illustration": "",
            "seo_title": "",
            "search_description": "",
            "body": streamfield([]),
            "comments": inline_formset([]),
            **fields,
        }
    )


def edit_url(page):
    return reverse("wagtailadmin_pages:edit", args=[page.pk])


class TestApproving:
    def test_approved_change_goes_live_and_is_signed(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="New words")
        act(submit(page, editor), reviewer)

        live = fresh(page)
        assert live.introduction == "New words"
        assert live.reviewed_by == reviewer.people.get()
        assert live.reviewed_on == timezone.localdate()
        assert live.next_review_due == timezone.localdate() + timedelta(
            days=settings.REVIEW_INTERVAL_DAYS
        )

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
        from tests.factories import make_home_page, make_locale

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


def names_of(state, user):
    task = state.task.specific
    page = state.workflow_state.content_object
    return [name for name, _label, _modal in task.get_actions(page, user)]


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


class TestWaysAround:
    def test_publishing_a_revision_in_code_is_refused(self, editor):
        page = make_page()
        revision = change(page, editor, introduction="New words")
        with pytest.raises(ReviewRefused):
            revision.publish(skip_permission_checks=True)
        assert fresh(page).introduction == ""

    def test_publishing_a_snippet_revision_in_code_is_refused(self, editor):
        text = make_patient_text()
        revision = change(text, editor, title="Other")
        with pytest.raises(ReviewRefused):
            revision.publish(skip_permission_checks=True)
        assert fresh(text).title == "Thank you"

    def test_loader_may_publish_what_nobody_reviewed(self, editor):
        page = make_page()
        with publishing_without_review():
            change(page, editor, introduction="Demo").publish()
        assert fresh(page).introduction == "Demo"

    @pytest.mark.parametrize("who", ["editor", "reviewer", "superuser"])
    def test_posting_action_publish_saves_a_draft(self, who, editor, reviewer):
        user = {
            "editor": editor,
            "reviewer": reviewer,
            "superuser": make_user(is_superuser=True),
        }[who]
        page = make_page()
        data = {**form_data(page, introduction="Slipped in"), "action-publish": "1"}
        log_in(user).post(edit_url(page), data)
        assert fresh(page).introduction == ""

    @pytest.mark.parametrize("superuser", [False, True])
    def test_new_page_with_action_publish_is_a_draft(self, superuser, editor):
        parent = make_page()
        user = make_user(is_superuser=True) if superuser else editor
        url = reverse("wagtailadmin_pages:add", args=["clinic", "standardpage", parent.pk])
        data = {**form_data(parent, title="New", slug="brand-new"), "action-publish": "1"}
        log_in(user).post(url, data)
        assert not StandardPage.objects.get(slug="brand-new").live

    @pytest.mark.parametrize("superuser", [False, True])
    def test_bulk_publish_publishes_nothing(self, superuser, editor):
        page = make_page()
        change(page, editor, introduction="Slipped in")
        user = make_user(is_superuser=True) if superuser else editor
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
        log_in(user).post(f"{url}?id={page.pk}", {"include_descendants": "on"})
        assert fresh(page).introduction == ""

    @pytest.mark.parametrize("superuser", [False, True])
    def test_bulk_and_single_unpublish_need_the_take_down_screen(self, superuser, editor):
        page = make_page()
        client = log_in(make_user(is_superuser=True) if superuser else editor)
        client.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
        url = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "unpublish"])
        client.post(f"{url}?id={page.pk}", {})
        assert fresh(page).live

    def test_revert_and_publish_saves_a_draft(self, editor, reviewer):
        page = make_page()
        old = change(page, editor, introduction="Old")
        change(page, editor, introduction="Newer")
        data = {
            **form_data(page, introduction="Old"),
            "action-publish": "1",
            "revision": old.pk,
        }
        log_in(editor).post(edit_url(page), data)
        assert fresh(page).introduction == ""

    def test_stale_tab_after_approval_does_not_reach_readers(self, editor, reviewer):
        page = make_page()
        revision = change(page, editor, introduction="Approved")
        act(submit(page, editor), reviewer)
        data = {
            **form_data(page, introduction="Slipped in"),
            "overwrite_revision_id": revision.pk,
            "loaded_revision_id": revision.pk,
        }
        response = log_in(editor).post(edit_url(page), data, headers={"accept": "application/json"})
        assert response.status_code < 500
        assert fresh(page).introduction == "Approved"

    @pytest.mark.parametrize("superuser", [False, True])
    def test_copy_is_a_draft_without_a_review(self, superuser, editor, reviewer):
        page = make_page(reviewed_on=timezone.localdate(), reviewed_by=reviewer.people.get())
        user = make_user(is_superuser=True) if superuser else editor
        client = log_in(user)
        data = {
            "new_title": "Copy",
            "new_slug": "the-copy",
            "new_parent_page": page.get_parent().pk,
        }
        if not superuser:  # for a superuser the ticked box refuses the whole copy
            data["publish_copies"] = "on"
        client.post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data)
        copy = StandardPage.objects.get(slug="the-copy")
        assert not copy.live
        assert copy.reviewed_on is None
        assert copy.latest_revision.content["reviewed_by"] is None

    @pytest.mark.parametrize("superuser", [False, True])
    def test_live_alias_cannot_be_made(self, superuser, editor):
        page = make_page()
        user = make_user(is_superuser=True) if superuser else editor
        data = {
            "new_title": "Alias",
            "new_slug": "the-alias",
            "new_parent_page": page.get_parent().pk,
            "alias": "on",
        }
        log_in(user).post(reverse("wagtailadmin_pages:copy", args=[page.pk]), data)
        assert not Page.objects.filter(slug="the-alias", live=True).exists()

    def test_translation_is_a_draft(self, editor):
        from tests.factories import make_home_page, make_locale

        home = make_home_page()
        spanish = make_locale("es")
        home.copy_for_translation(spanish)
        page = make_page(home)
        data = {"locales": [spanish.pk], "include_subtree": ""}
        url = reverse("simple_translation:submit_page_translation", args=[page.pk])
        log_in(editor).post(url, data)
        translation = page.get_translation(spanish)
        assert not translation.live
        assert translation.alias_of_id is None

    @pytest.mark.parametrize("superuser", [False, True])
    def test_snippet_action_publish_saves_a_draft(self, superuser, editor):
        text = make_patient_text()
        text.save_revision()
        user = make_user(is_superuser=True) if superuser else editor
        url = reverse(text.snippet_viewset.get_url_name("edit"), args=[text.pk])
        data = {"key": text.key, "title": "Slipped in", "body": "null", "action-publish": "1"}
        response = log_in(user).post(url, data)
        assert response.status_code < 500
        assert fresh(text).title == "Thank you"

    def test_dashboard_approval_by_the_author_is_refused(self, reviewer):
        page = make_page()
        change(page, reviewer, introduction="Mine")
        state = submit(page, make_user(EDITORS))
        url = reverse(
            "wagtailadmin_pages:workflow_action", args=[page.pk, APPROVE_WHOLE_PAGE, state.pk]
        )
        log_in(reviewer).post(url, {"comment": ""})
        assert fresh(page).introduction == ""

    def test_workflow_of_another_kind_publishes_nothing(self, editor):
        page = make_page()
        change(page, editor, introduction="Slipped in")
        group = Group.objects.create(name="Friends")
        friend = make_user()
        friend.groups.add(group)
        task = GroupApprovalTask.objects.create(name="Wave through")
        task.groups.add(group)
        workflow = Workflow.objects.create(name="Quick way")
        WorkflowTask.objects.create(workflow=workflow, task=task)
        workflow.start(fresh(page), editor)
        state = fresh(page).current_workflow_task_state
        with pytest.raises(ReviewRefused, match="not the one that was approved"):
            task.on_action(state, friend, "approve")
        assert fresh(page).introduction == ""

    def test_view_restrictions_and_deletion_of_a_live_page_are_closed_to_editors(self, editor):
        page = make_page()
        client = log_in(editor)
        client.post(
            reverse("wagtailadmin_pages:set_privacy", args=[page.pk]), {"restriction_type": "login"}
        )
        client.post(reverse("wagtailadmin_pages:delete", args=[page.pk]))
        assert fresh(page).live
        assert not page.get_view_restrictions().exists()


class TestSchedule:
    def schedule(self, editor, reviewer):
        page = make_page()
        change(page, editor, introduction="Later", go_live_at=timezone.now() + timedelta(hours=1))
        act(submit(page, editor), reviewer)
        revision = fresh(page).scheduled_revision
        assert fresh(page).introduction == ""
        type(revision).objects.filter(pk=revision.pk).update(
            approved_go_live_at=timezone.now() - timedelta(minutes=1)
        )
        return page, revision

    def test_unapproved_revision_is_withdrawn_and_the_rest_still_published(self, editor):
        page = make_page()
        revision = change(page, editor, introduction="Slipped in")
        type(revision).objects.filter(pk=revision.pk).update(
            approved_go_live_at=timezone.now() - timedelta(minutes=1)
        )
        out = StringIO()
        call_command("publish_scheduled", stdout=out)
        revision.refresh_from_db()
        assert fresh(page).introduction == ""
        assert revision.approved_go_live_at is None
        assert str(page.pk) in out.getvalue()

    def test_approved_schedule_is_published_at_its_time(self, editor, reviewer, monkeypatch):
        page, _revision = self.schedule(editor, reviewer)
        later = timezone.now() + timedelta(hours=2)
        monkeypatch.setattr("wagtail.actions.publish_revision.timezone.now", lambda: later)
        call_command("publish_scheduled")
        live = fresh(page)
        assert live.introduction == "Later"
        assert live.reviewed_by == reviewer.people.get()

    def test_schedule_changed_after_approval_is_withdrawn(self, editor, reviewer):
        page, revision = self.schedule(editor, reviewer)
        revision.refresh_from_db()
        revision.content["introduction"] = "Slipped in"
        revision.save(update_fields=["content"])
        call_command("publish_scheduled", stdout=StringIO())
        assert fresh(page).introduction == ""
        assert fresh(page).scheduled_revision is None

    def test_editor_saving_a_past_go_live_publishes_nothing(self, editor):
        page = make_page()
        past = timezone.now() - timedelta(days=1)
        data = form_data(
            page, introduction="Slipped in", go_live_at=past.strftime("%Y-%m-%d %H:%M")
        )
        log_in(editor).post(edit_url(page), data)
        call_command("publish_scheduled", stdout=StringIO())
        assert fresh(page).introduction == ""


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
