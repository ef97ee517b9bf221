"""One message a week, to those who have something to do, built when it is sent."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from clinic.models import OutboxMessage
from clinic.review_digest import build_digest, digest_for, enqueue_digests
from clinic.roles import COORDINATORS, EDITORS
from tests.clinic.review_steps import change, submit
from tests.factories import make_page, make_reviewer, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def late() -> dict[str, Any]:
    return {"next_review_due": timezone.localdate() - timedelta(days=3)}


class TestDigest:
    def test_owner__gets_what_is_due_of_theirs(self, late: dict[str, Any]) -> None:
        editor = make_user(EDITORS)
        mine = make_page(owner=editor, **late)
        make_page(owner=make_user(EDITORS), **late)
        make_page(owner=editor, next_review_due=timezone.localdate() + timedelta(days=90))
        assert [page.pk for page in digest_for(editor).pages] == [mine.pk]

    def test_reviewer__gets_what_they_checked_last(self, late: dict[str, Any]) -> None:
        reviewer = make_reviewer()
        checked = make_page(reviewed_by=reviewer.people.get(), **late)
        make_page(**late)
        assert [page.pk for page in digest_for(reviewer).pages] == [checked.pk]

    def test_reviewer__is_told_of_requests_of_others(self) -> None:
        editor, reviewer, page = make_user(EDITORS), make_reviewer(), make_page()
        change(page, editor, introduction="New words")
        submit(page, editor)
        assert digest_for(reviewer).waiting == 1
        assert digest_for(editor).waiting == 0


class TestEnqueue:
    def test_once_a_week__however_often_the_job_runs(self, late: dict[str, Any]) -> None:
        make_page(owner=make_user(EDITORS), **late)
        enqueue_digests()
        enqueue_digests()
        assert OutboxMessage.objects.filter(template="review_digest").count() == 1

    def test_nobody__without_something_to_do(self, late: dict[str, Any]) -> None:
        make_user(EDITORS)
        make_page(owner=make_user(COORDINATORS), **late)
        make_page(owner=make_user(EDITORS, is_active=False), **late)
        enqueue_digests()
        assert not OutboxMessage.objects.exists()


class TestMessage:
    def message(self) -> OutboxMessage:
        enqueue_digests()
        return OutboxMessage.objects.get()

    def test_message__names_page_state_and_link(self, settings: Any, late: Any) -> None:
        settings.STAFF_URL = "https://staff.clinic.example"
        editor = make_user(EDITORS)
        page = make_page(owner=editor, title="Fever & <chills>", **late)
        mail = build_digest(self.message())
        assert mail is not None and mail.to == [editor.email]
        assert "Fever & <chills> (3 days overdue)" in mail.body
        assert f"https://staff.clinic.example/admin/pages/{page.pk}/edit/" in mail.body

    def test_message__is_dropped_when_all_is_done(self, late: dict[str, Any]) -> None:
        page = make_page(owner=make_user(EDITORS), **late)
        message = self.message()
        type(page).objects.update(next_review_due=None)
        assert build_digest(message) is None
