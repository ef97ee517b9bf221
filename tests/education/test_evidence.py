"""The record of a page's sources: who opened which, when, and what it said."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.models import AuditEvent
from clinic.roles import COORDINATORS, EDITORS, LEADS
from education.evidence import evidence_of
from education.models import EducationPage, EvidenceCheck
from tests.clinic.review_steps import change, log_in, submit
from tests.education.factories import make_education_page
from tests.factories import make_home_page, make_reviewer, make_user

pytestmark = pytest.mark.django_db
FACTS = {"title": "Facts", "publisher": "NCI", "url": "https://www.cancer.gov/x"}
LABEL = {"title": "Label", "publisher": "FDA", "url": "https://www.fda.gov/y"}


@pytest.fixture
def page(db: None) -> EducationPage:
    make_home_page()
    return make_education_page(citations=[("citation", FACTS), ("citation", LABEL)])


def url_of(page: EducationPage) -> str:
    return reverse("page_evidence", args=[page.pk])


def words_of(page: EducationPage) -> str:
    return evidence_of([EducationPage.objects.get(pk=page.pk)])[page.pk].words


def check(page: EducationPage, user: Any, source: dict[str, str] = FACTS, **data: str) -> Any:
    form = {"url": source["url"], "outcome": "holds", "note": "", **data}
    return log_in(user).post(url_of(page), form)


class TestRecord:
    def test_look__is_kept_with_person_and_day_and_audited(self, page: Any) -> None:
        reviewer = make_reviewer()
        assert check(page, reviewer).status_code == 302
        row = EvidenceCheck.objects.get()
        assert (row.page_id, row.title, row.url) == (page.pk, "Facts", FACTS["url"])
        assert (row.outcome, row.checked_by) == ("holds", reviewer)
        assert row.checked_by_name == str(reviewer.signature)
        assert timezone.localdate(row.checked_at) == timezone.localdate()
        event = AuditEvent.objects.get(action="page.sources_checked")
        assert (event.actor_id, event.object_id) == (reviewer.pk, str(page.pk))

    def test_all__are_recorded_at_once(self, page: Any) -> None:
        assert words_of(page) == "2 of 2 never checked"
        log_in(make_user(EDITORS)).post(url_of(page), {"all": "1"})
        assert set(EvidenceCheck.objects.values_list("url", "outcome")) == {
            (FACTS["url"], "holds"),
            (LABEL["url"], "holds"),
        }
        assert evidence_of([page])[page.pk].checked_on == timezone.localdate()

    @pytest.mark.parametrize("outcome", ["changed", "gone", "replaced"])
    def test_what_has_to_be_followed_up__needs_a_note(self, page: Any, outcome: str) -> None:
        editor = make_user(EDITORS)
        response = check(page, editor, outcome=outcome)
        assert response.status_code == 422 and b"Say what is to be done." in response.content
        assert f'<option value="{outcome}" selected>' in response.content.decode()
        assert not EvidenceCheck.objects.exists()
        assert check(page, editor, outcome=outcome, note="Page moved").status_code == 302
        assert words_of(page) == "1 source to follow up"
        check(page, editor)
        assert words_of(page) == "1 of 2 never checked"

    def test_unknown_outcome__is_refused(self, page: Any) -> None:
        assert check(page, make_user(EDITORS), outcome="fine").status_code == 422
        assert not EvidenceCheck.objects.exists()

    def test_source_that_is_no_longer_cited__is_refused(self, page: Any) -> None:
        check(page, make_user(EDITORS), url="https://elsewhere.example/")
        assert not EvidenceCheck.objects.exists()

    def test_draft__is_what_counts_on_the_screen(self, page: Any) -> None:
        editor = make_user(EDITORS)
        new = {**FACTS, "url": "https://www.cancer.gov/new"}
        change(page, editor, citations=[("citation", new)])
        assert check(page, editor, new).status_code == 302
        assert EvidenceCheck.objects.get().url == new["url"]

    @pytest.mark.parametrize("role", [COORDINATORS, LEADS, None])
    def test_others__neither_see_nor_record(self, page: Any, role: str | None) -> None:
        user = make_user(role)
        assert log_in(user).get(url_of(page)).status_code != 200
        check(page, user)
        assert not EvidenceCheck.objects.exists()

    def test_page_without_sources__says_so(self, db: None) -> None:
        make_home_page()
        page = make_education_page(citations=[])
        client = log_in(make_user(EDITORS))
        assert b"names no source" in client.get(url_of(page)).content
        assert client.post(url_of(page), {"all": "1"}).status_code == 404

    def test_staff__cannot_change_what_was_recorded(self, page: Any) -> None:
        check(page, make_user(EDITORS))
        with connection.cursor() as cursor, pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("SET LOCAL ROLE clinic_staff")
            EvidenceCheck.objects.update(outcome="gone")
        assert EvidenceCheck.objects.get().outcome == "holds"

    def test_public__cannot_read_who_checked(self, page: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT has_table_privilege('clinic_public', %s, 'SELECT')",
                [EvidenceCheck._meta.db_table],
            )
            assert cursor.fetchone() == (False,)

    def test_deleted_login__leaves_its_name_in_the_record(self, page: Any) -> None:
        user = make_user(EDITORS, first_name="Eva", last_name="Luna")
        check(page, user)
        client = log_in(make_user(EDITORS))
        user.groups.clear()
        user.delete()
        assert b"Eva Luna" in client.get(url_of(page)).content

    def test_copy_and_translation__begin_a_record_of_their_own(self, page: Any) -> None:
        check(page, make_user(EDITORS))
        copy = page.copy(update_attrs={"slug": "copy", "title": "Copy"})
        assert words_of(copy) == "2 of 2 never checked"


class TestShown:
    def test_review_screen__says_when_the_sources_were_checked(self, page: Any) -> None:
        editor, reviewer = make_user(EDITORS), make_reviewer()
        change(page, editor, introduction="New words")
        state = submit(page, editor)
        client = log_in(reviewer)
        html = client.get(reverse("review_change", args=[state.pk])).content.decode()
        assert "2 of 2 never checked" in html and url_of(page) in html

    def test_report__lists_it_with_two_queries_for_all(
        self, page: Any, django_assert_num_queries: Any
    ) -> None:
        html = log_in(make_user(EDITORS)).get(reverse("clinical_reviews")).content.decode()
        assert "2 of 2 never checked" in html
        pages = [page, *(make_education_page(citations=[("citation", FACTS)]) for _ in range(4))]
        with django_assert_num_queries(2):
            found = evidence_of(EducationPage.objects.filter(pk__in=[one.pk for one in pages]))
        assert len(found) == 5

    def test_readers__are_shown_nothing_of_it(self, client: Any, page: Any) -> None:
        user = make_user(EDITORS, first_name="Eva", last_name="Luna")
        check(page, user, outcome="gone", note="Ask Ana about it")
        html = client.get(page.url).content.decode()
        assert "Ask Ana" not in html and "Eva Luna" not in html

    def test_menu_of_the_page__leads_there(self, page: Any) -> None:
        client = log_in(make_user(EDITORS))
        html = client.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
        assert url_of(page) in html
        home = page.get_parent().get_parent()
        html = client.get(reverse("wagtailadmin_pages:edit", args=[home.pk])).content.decode()
        assert "/sources/" not in html
