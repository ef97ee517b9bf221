"""Every way around the review that we know of, and what stops it."""

from datetime import timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import (
    GroupApprovalTask,
    Page,
    Workflow,
    WorkflowTask,
)

from clinic.models import StandardPage
from clinic.models.review import APPROVE_WHOLE_PAGE
from clinic.review import ReviewRefused, publishing_without_review
from clinic.roles import EDITORS
from tests.clinic.review_steps import (
    act,
    change,
    edit_url,
    form_data,
    fresh,
    log_in,
    submit,
)
from tests.factories import (
    make_home_page,
    make_locale,
    make_page,
    make_patient_text,
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
