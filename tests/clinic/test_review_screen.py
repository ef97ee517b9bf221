"""The screen that shows a reviewer what changed and takes the decision."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import TaskState, WorkflowState

from clinic.models import OutboxMessage
from clinic.models.review import APPROVE_CHANGE, APPROVE_WHOLE_PAGE
from clinic.review_digest import build_digest, enqueue_digests
from clinic.review_views import review_url
from clinic.roles import COORDINATORS, EDITORS, REVIEWERS
from tests.clinic.review_steps import act, change, edit_url, fresh, log_in, submit
from tests.factories import make_page, make_patient_text, make_reviewer, make_user

pytestmark = pytest.mark.django_db
BODY = [("paragraph", "<p>Take 100 mg in the morning.</p>"), ("heading", "Fever")]


@pytest.fixture
def editor() -> Any:
    return make_user(EDITORS)


@pytest.fixture
def reviewer() -> Any:
    return make_reviewer()


def request_for(page: Any, editor: Any, **fields: Any) -> Any:
    change(page, editor, **fields)
    return submit(page, editor)


def shown(state: Any, user: Any, query: str = "") -> str:
    response = log_in(user).get(review_url(state) + query)
    assert response.status_code == 200
    return response.content.decode()


def decide(state: Any, user: Any, action: str, comment: str = "") -> Any:
    data = {"action": action, "comment": comment}
    return log_in(user).post(review_url(state), data, follow=True)


class TestWhatIsShown:
    def test_live_page__differs_in_words(self, editor: Any, reviewer: Any) -> None:
        page = make_page(introduction="Rest for two days.")
        html = shown(request_for(page, editor, introduction="Rest for ten days."), reviewer)
        assert "<del>" in html and "<ins>" in html
        assert 'removed: </span>two<span class="w-sr-only"> end of what was removed' in html
        assert 'added: </span>ten<span class="w-sr-only"> end of what was added' in html
        assert "Compared with what readers see now." in html

    def test_own_approval__is_what_is_compared(self, editor: Any, reviewer: Any) -> None:
        page = make_page()
        act(request_for(page, editor, introduction="Approved by me."), reviewer)
        act(request_for(page, editor, introduction="Approved by another."), make_reviewer())
        state = request_for(page, editor, title="Other title")
        html = shown(state, reviewer)
        assert "that you approved on" in html
        assert "another." in html
        live = shown(state, reviewer, "?live")
        assert "Compared with what readers see now." in live
        assert "another." not in live

    def test_overwritten_approved_revision__is_not_compared(
        self, editor: Any, reviewer: Any
    ) -> None:
        page = make_page()
        act(request_for(page, editor, introduction="Approved."), reviewer)
        revision = fresh(page).live_revision
        revision.content["introduction"] = "Slipped in."
        revision.save(update_fields=["content"])
        html = shown(request_for(page, editor, introduction="Slipped in."), reviewer)
        assert "Compared with what readers see now." in html
        assert "Slipped" in html

    def test_new_page__is_shown_as_a_whole(self, editor: Any, reviewer: Any) -> None:
        page = make_page(live=False)
        html = shown(request_for(page, editor, body=BODY), reviewer)
        assert "everything is new" in html
        assert "Take 100 mg in the morning." in html
        assert "<ins>" not in html

    def test_text_for_patients__has_the_screen_too(self, editor: Any, reviewer: Any) -> None:
        text = make_patient_text()
        html = shown(request_for(text, editor, title="Thanks <b>a lot</b>"), reviewer)
        assert "Thanks &lt;b&gt;a lot&lt;/b&gt;" in html
        assert "<b>a lot" not in html


class TestWhoSeesIt:
    @pytest.mark.parametrize("role", [EDITORS, COORDINATORS])
    def test_others__see_nothing(self, editor: Any, role: str) -> None:
        state = request_for(make_page(), editor, introduction="New words")
        response = log_in(make_user(role)).get(review_url(state), follow=True)
        assert "New words" not in response.content.decode()

    def test_author__may_only_ask_for_changes(self, editor: Any) -> None:
        author = make_reviewer()
        page = make_page()
        change(page, author, introduction="Mine")
        html = shown(submit(page, editor), author)
        assert 'value="reject"' in html
        assert 'value="approve' not in html

    def test_change_after_submission__can_only_go_back(self, editor: Any, reviewer: Any) -> None:
        page = make_page()
        state = request_for(page, editor, introduction="Submitted")
        change(page, editor, introduction="Changed again")
        html = shown(state, reviewer)
        assert "has changed since it was submitted" in html
        assert 'value="approve' not in html and 'value="reject"' in html

    def test_finished_request__says_so(self, editor: Any, reviewer: Any) -> None:
        state = request_for(make_page(), editor, introduction="New words")
        act(state, reviewer)
        response = log_in(reviewer).get(review_url(state), follow=True)
        assert "no longer waiting for a review" in response.content.decode()


class TestDecisions:
    def test_whole_page__goes_live_signed(self, editor: Any, reviewer: Any) -> None:
        page = make_page()
        decide(request_for(page, editor, introduction="New words"), reviewer, APPROVE_WHOLE_PAGE)
        live = fresh(page)
        assert live.introduction == "New words"
        assert live.reviewed_by == reviewer.people.get()
        assert live.reviewed_on == timezone.localdate()

    def test_change__leaves_the_date(self, editor: Any, reviewer: Any) -> None:
        page = make_page(reviewed_on=timezone.localdate().replace(year=2020, day=1))
        decide(request_for(page, editor, introduction="New words"), reviewer, APPROVE_CHANGE)
        assert fresh(page).introduction == "New words"
        assert fresh(page).reviewed_on.year == 2020

    def test_asking_for_changes__needs_and_keeps_a_comment(
        self, editor: Any, reviewer: Any
    ) -> None:
        page = make_page()
        state = request_for(page, editor, introduction="New words")
        assert decide(state, reviewer, "reject").status_code == 422
        assert fresh(page).workflow_in_progress
        decide(state, reviewer, "reject", "Say how long.")
        state.refresh_from_db()
        assert (state.status, state.comment) == (TaskState.STATUS_REJECTED, "Say how long.")
        assert fresh(page).current_workflow_state.status == WorkflowState.STATUS_NEEDS_CHANGES
        assert fresh(page).introduction == ""


class TestWaysAround:
    """The attempts of test_review, once more through this screen."""

    def test_author__is_refused(self, editor: Any) -> None:
        author, page = make_reviewer(), make_page()
        change(page, author, introduction="Mine")
        response = decide(submit(page, editor), author, APPROVE_WHOLE_PAGE)
        assert "Another reviewer has to approve it" in response.content.decode()
        assert fresh(page).introduction == ""

    @pytest.mark.parametrize("who", ["editor", "superuser", "coordinator"])
    def test_no_reviewer__is_refused(self, editor: Any, who: str) -> None:
        user = {
            "editor": editor,
            "superuser": make_user(is_superuser=True),
            "coordinator": make_user(COORDINATORS),
        }[who]
        page = make_page()
        decide(request_for(page, editor, introduction="New words"), user, APPROVE_WHOLE_PAGE)
        assert fresh(page).introduction == ""

    def test_change_after_submission__is_refused_and_the_comment_kept(
        self, editor: Any, reviewer: Any
    ) -> None:
        page = make_page()
        state = request_for(page, editor, introduction="Submitted")
        change(page, editor, introduction="Slipped in")
        response = decide(state, reviewer, APPROVE_WHOLE_PAGE, "Fine with me")
        html = response.content.decode()
        assert response.status_code == 422
        assert "has changed since it was submitted" in html and "Fine with me" in html
        assert fresh(page).introduction == ""

    def test_person_without_a_name__is_refused(self, editor: Any) -> None:
        page = make_page()
        state = request_for(page, editor, introduction="New words")
        response = decide(state, make_user(REVIEWERS), APPROVE_WHOLE_PAGE)
        assert "not linked to a person" in response.content.decode()
        assert fresh(page).introduction == ""

    def test_change_alone__is_refused_for_what_nobody_checked(
        self, editor: Any, reviewer: Any
    ) -> None:
        page = make_page(live=False)
        state = request_for(page, editor, introduction="First")
        response = decide(state, reviewer, APPROVE_CHANGE)
        assert "check the whole page" in response.content.decode()
        assert not fresh(page).live

    def test_incomplete_text__stays_a_waiting_draft(self, editor: Any, reviewer: Any) -> None:
        page = make_page()
        state = request_for(page, editor, body=[("heading", "")])
        response = decide(state, reviewer, APPROVE_WHOLE_PAGE)
        assert "incomplete" in response.content.decode()
        assert fresh(page).current_workflow_state.status == WorkflowState.STATUS_IN_PROGRESS

    @pytest.mark.parametrize("action", [APPROVE_WHOLE_PAGE, "reject"])
    def test_old_request__decides_nothing(self, editor: Any, reviewer: Any, action: str) -> None:
        page = make_page()
        old = request_for(page, editor, introduction="First try")
        act(old, make_reviewer(), "reject", comment="No")
        change(page, editor, introduction="Second try")
        fresh(page).current_workflow_state.resume(user=editor)
        new = fresh(page).current_workflow_task_state
        decide(old, reviewer, action, "Words")
        new.refresh_from_db()
        assert new.status == TaskState.STATUS_IN_PROGRESS
        assert fresh(page).introduction == ""

    def test_unknown_action__is_not_found(self, editor: Any, reviewer: Any) -> None:
        page = make_page()
        state = request_for(page, editor, introduction="New words")
        assert decide(state, reviewer, "publish").status_code == 404
        assert fresh(page).introduction == ""

    def test_nobody__gets_in_without_a_login(self, client: Any, editor: Any) -> None:
        state = request_for(make_page(), editor, introduction="New words")
        answer = client.post(review_url(state), {"action": APPROVE_WHOLE_PAGE})
        assert answer.status_code == 302
        assert answer.url.startswith("/admin/auth/login/")


class TestWaysToIt:
    def test_dashboard_and_editor__lead_reviewers_to_it(self, editor: Any, reviewer: Any) -> None:
        page = make_page()
        state = request_for(page, editor, introduction="New words")
        for address in (reverse("wagtailadmin_home"), edit_url(page)):
            assert review_url(state) in log_in(reviewer).get(address).content.decode()
            assert review_url(state) not in log_in(editor).get(address).content.decode()

    def test_editor_of_a_text__leads_to_it(self, editor: Any, reviewer: Any) -> None:
        text = make_patient_text()
        state = request_for(text, editor, title="Many thanks")
        address = reverse(text.snippet_viewset.get_url_name("edit"), args=[text.pk])
        assert review_url(state) in log_in(reviewer).get(address).content.decode()

    def test_weekly_mail__leads_to_it(self, editor: Any, reviewer: Any, settings: Any) -> None:
        settings.STAFF_URL = "https://staff.clinic.example"
        state = request_for(make_page(title="Fever"), editor, introduction="New words")
        enqueue_digests()
        mail = build_digest(OutboxMessage.objects.get(subject_id=str(reviewer.pk)))
        assert mail is not None
        assert f"Fever\n  https://staff.clinic.example{review_url(state)}" in mail.body
