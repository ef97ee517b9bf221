"""“Was this page helpful?”: counted without knowing anybody."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageViewRestriction

from clinic.explorer import add_facts
from clinic.roles import COORDINATORS, EDITORS
from education.feedback import Feedback, feedback_of, forget_old_feedback
from education.feedback_views import MOST_COMMENTS_PER_HOUR, MOST_VOTES_PER_HOUR
from education.models import EducationPage, HelpfulVote, PageComment
from tests.clinic.review_steps import log_in
from tests.education.factories import make_education_page
from tests.factories import make_home_page, make_user

pytestmark = pytest.mark.django_db
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def page(db: None) -> EducationPage:
    make_home_page()
    return make_education_page(title="Vaccines")


def ask_url(page: EducationPage) -> str:
    return f"/en/feedback/{page.pk}/"


def vote(page: EducationPage, answer: str = "yes", headers: Any = OWN) -> Any:
    return Client().post(ask_url(page), {"answer": answer}, headers=headers)


def comment(page: EducationPage, text: str, answer: str = "no", headers: Any = OWN) -> Any:
    return Client().post(f"{ask_url(page)}{answer}/", {"comment": text}, headers=headers)


class TestVote:
    def test_page__asks_without_cookie_and_token(self, client: Client, page: Any) -> None:
        response = client.get(page.url)
        html = response.content.decode()
        assert f'action="{ask_url(page)}"' in html
        assert "csrfmiddlewaretoken" not in html and not response.cookies

    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_one_click__is_counted_with_nothing_but_the_day(self, page: Any, answer: str) -> None:
        response = vote(page, answer)
        assert response.status_code == 303
        assert response.url == f"{ask_url(page)}{answer}/"
        assert "no-store" in response["Cache-Control"] and not response.cookies
        [row] = HelpfulVote.objects.values()
        del row["id"]
        assert row == {
            "page_id": page.pk,
            "day": timezone.localdate(),
            "is_helpful": answer == "yes",
        }

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "https://other.example"},
            {"Origin": "null"},
        ],
    )
    def test_other_sites__cannot_vote_and_a_person_can_repeat_it(
        self, page: Any, headers: dict[str, str]
    ) -> None:
        response = vote(page, headers=headers)
        assert response.status_code == 403
        assert f'action="{ask_url(page)}"' in response.content.decode()
        assert not HelpfulVote.objects.exists()

    def test_older_browser__is_known_by_its_origin(self, page: Any) -> None:
        assert (
            vote(page, headers={"Origin": "http://testserver", "Host": "testserver"}).status_code
            == 303
        )

    @pytest.mark.parametrize("answer", ["", "maybe", "YES"])
    def test_other_answers__are_asked_again(self, page: Any, answer: str) -> None:
        assert vote(page, answer).status_code == 422
        assert not HelpfulVote.objects.exists()

    def test_flood__is_stopped_and_said(self, page: Any) -> None:
        for _ in range(MOST_VOTES_PER_HOUR):
            assert vote(page).status_code == 303
        assert vote(page).status_code == 429
        assert HelpfulVote.objects.count() == MOST_VOTES_PER_HOUR

    @pytest.mark.parametrize("kind", ["draft", "private", "other", "none", "huge"])
    def test_pages_nobody_can_read__take_no_answer(self, page: Any, kind: str) -> None:
        if kind == "draft":
            page = make_education_page(live=False)
        elif kind == "private":
            PageViewRestriction.objects.create(page=page, restriction_type="login")
        numbers = {"other": page.get_parent().pk, "none": 987654, "huge": 10**30}
        number = numbers.get(kind, page.pk)
        response = Client().post(f"/en/feedback/{number}/", {"answer": "yes"}, headers=OWN)
        assert response.status_code == 404
        assert not HelpfulVote.objects.exists()

    def test_look__changes_nothing(self, client: Client, page: Any) -> None:
        for part in ("", "yes/", "no/", "thanks/"):
            response = client.get(f"{ask_url(page)}{part}")
            assert response.status_code == 200
            assert response["X-Robots-Tag"] == "noindex"
        assert not HelpfulVote.objects.exists()


class TestComment:
    def test_comment__is_kept_with_the_answer_and_the_day(self, page: Any) -> None:
        response = comment(page, "  The drawing is too small.\r\nReally. ")
        assert response.status_code == 303 and response.url == f"{ask_url(page)}thanks/"
        [row] = PageComment.objects.values()
        del row["id"]
        assert row == {
            "page_id": page.pk,
            "day": timezone.localdate(),
            "is_helpful": False,
            "text": "The drawing is too small.\nReally.",
        }
        assert not HelpfulVote.objects.exists()  # the click before was counted

    def test_contact_data__is_refused_and_given_back(self, page: Any) -> None:
        response = comment(page, "Call me: 206 555 0142")
        assert response.status_code == 422
        html = response.content.decode()
        assert "Call me: 206 555 0142</textarea>" in html
        assert "Please take it out" in html
        assert not PageComment.objects.exists()

    def test_long_comment__is_refused_and_given_back(self, page: Any) -> None:
        response = comment(page, "word " * 101)
        assert response.status_code == 422
        assert "word word word" in response.content.decode()
        assert not PageComment.objects.exists()

    @pytest.mark.parametrize("text", ["", "  \n "])
    def test_nothing_written__is_fine(self, page: Any, text: str) -> None:
        assert comment(page, text).status_code == 303
        assert not PageComment.objects.exists()

    def test_other_site__writes_nothing_and_a_person_keeps_the_text(self, page: Any) -> None:
        response = comment(page, "Too long", headers={"Sec-Fetch-Site": "cross-site"})
        assert response.status_code == 403 and b"Too long</textarea>" in response.content
        assert not PageComment.objects.exists()

    def test_flood__is_stopped_with_the_text_given_back(self, page: Any) -> None:
        for _ in range(MOST_COMMENTS_PER_HOUR):
            comment(page, "Good")
        response = comment(page, "One more")
        assert response.status_code == 429 and b"One more</textarea>" in response.content
        assert PageComment.objects.count() == MOST_COMMENTS_PER_HOUR

    def test_words_of_a_reader__are_shown_inert(self, page: Any) -> None:
        comment(page, "<script>alert(1)</script> & so on")
        client = log_in(make_user(EDITORS))
        html = client.get(reverse("page_comments", args=[page.pk])).content.decode()
        assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; so on" in html
        assert "<script>alert" not in html


class TestRole:
    def test_public_role__adds_and_reads_nothing(self, page: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_public")
            try:
                assert vote(page).status_code == 303
                assert comment(page, "Good").status_code == 303
                cursor.execute(
                    "SELECT has_table_privilege('education_pagecomment', 'SELECT'),"
                    " has_table_privilege('education_helpfulvote', 'SELECT, UPDATE, DELETE')"
                )
                assert cursor.fetchone() == (False, False)
            finally:
                cursor.execute("RESET ROLE")
        assert (HelpfulVote.objects.count(), PageComment.objects.count()) == (1, 1)


class TestFigures:
    def add(self, page: Any, yes: int, no: int, days_ago: int = 0) -> None:
        day = timezone.localdate() - timedelta(days=days_ago)
        for is_helpful in [True] * yes + [False] * no:
            HelpfulVote.objects.create(page=page, is_helpful=is_helpful, day=day)

    def test_last_90_days__count(self, page: Any) -> None:
        self.add(page, 3, 1)
        self.add(page, 50, 50, days_ago=91)
        PageComment.objects.create(page=page, is_helpful=True, text="Good")
        found = feedback_of([page.pk])
        assert found == {page.pk: Feedback(yes=3, no=1, comments=1)}
        assert found[page.pk].share == 75

    def test_explorer__shows_the_share(self, page: Any) -> None:
        self.add(page, 3, 1)
        other = make_education_page()
        add_facts([page, other])
        assert (page.helpful_words, other.helpful_words) == ("75% of 4", "")

    def test_explorer__asks_the_same_for_many_pages(
        self, page: Any, django_assert_num_queries: Any
    ) -> None:
        pages = [page, *(make_education_page() for _ in range(5))]
        for each in pages:
            self.add(each, 1, 1)
        with django_assert_num_queries(2):
            assert len(feedback_of(each.pk for each in pages)) == 6

    def test_report__lists_the_least_helpful_first_and_exports(self, page: Any) -> None:
        self.add(page, 1, 0)
        worse = make_education_page(title="Costs", owner=make_user(EDITORS, first_name="Eva"))
        self.add(worse, 1, 3)
        client = log_in(make_user(EDITORS))
        html = client.get(reverse("feedback_report")).content.decode()
        assert 0 < html.index("Costs") < html.index("Vaccines")
        assert reverse("page_comments", args=[worse.pk]) in html
        export = client.get(reverse("feedback_report"), {"export": "csv"})
        lines = b"".join(export.streaming_content).decode().splitlines()
        assert lines[1].startswith("Costs,") and ",1,3,25,0" in lines[1]

    @pytest.mark.parametrize("role", [COORDINATORS, None])
    def test_others__do_not_see_it(self, page: Any, role: str | None) -> None:
        client = log_in(make_user(role))
        for address in (reverse("feedback_report"), reverse("page_comments", args=[page.pk])):
            assert client.get(address).status_code != 200

    def test_worker__forgets(self, page: Any) -> None:
        self.add(page, 1, 0, days_ago=731)
        self.add(page, 1, 0, days_ago=729)
        for days_ago in (179, 181):
            day = timezone.localdate() - timedelta(days=days_ago)
            PageComment.objects.create(page=page, is_helpful=True, text="Good", day=day)
        forget_old_feedback()
        assert (HelpfulVote.objects.count(), PageComment.objects.count()) == (1, 1)
