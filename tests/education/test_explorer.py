"""The columns of the page list, and that a longer list costs no more queries."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Page

from clinic.language_states import language_states
from clinic.models.translation import Translation, TranslationState, key_of
from clinic.reading import reading_level, reading_levels
from clinic.roles import EDITORS
from education.models import EducationIndexPage
from tests.clinic.review_steps import log_in
from tests.education.factories import make_education_index, make_education_page
from tests.education.test_reading_level import EASY, HARD
from tests.factories import make_home_page, make_locale, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def index() -> EducationIndexPage:
    return make_education_index()


@pytest.fixture
def client(index: EducationIndexPage) -> Client:
    return log_in(make_user(EDITORS))


def listing(client: Client, index: EducationIndexPage, query: str = "") -> str:
    response = client.get(reverse("wagtailadmin_explore", args=[index.pk]) + query)
    assert response.status_code == 200
    return response.content.decode()


def in_spanish(page: Page, *, live: bool = True) -> Page:
    """Return a translation of the page, below a Spanish home page."""
    spanish = make_locale("es")
    home = make_home_page(locale=spanish)
    below = make_education_index(parent=home, slug=f"educacion-{home.pk}")
    return make_education_page(
        parent=below, locale=spanish, translation_key=page.translation_key, live=live
    )


class TestColumns:
    def test_review__is_said_in_words(self, client: Client, index: EducationIndexPage) -> None:
        make_education_page(parent=index, title="Never")
        due = timezone.localdate() - timedelta(days=3)
        make_education_page(parent=index, title="Late", next_review_due=due)
        html = listing(client, index)
        assert "Never checked" in html and "3 days overdue" in html

    def test_grade__is_shown_and_says_when_it_is_too_hard(
        self, client: Client, index: EducationIndexPage
    ) -> None:
        easy = make_education_page(parent=index, introduction=EASY)
        hard = make_education_page(parent=index, introduction=HARD)
        html = listing(client, index)
        levels = [reading_level(easy), reading_level(hard)]
        assert levels[0] is not None and levels[1] is not None
        assert f"{levels[1].figure}, too hard" in html
        assert str(levels[0].figure) in html and f"{levels[0].figure}, too hard" not in html

    @pytest.mark.parametrize("query", ["?q=Answer", "?ordering=title", "?has_child_pages=false"])
    def test_columns__are_there_when_searching_and_sorting(
        self, client: Client, index: EducationIndexPage, query: str
    ) -> None:
        make_education_page(parent=index, title="Answer")
        assert "Never checked" in listing(client, index, query)

    def test_list__costs_the_same_for_more_pages(
        self, client: Client, index: EducationIndexPage
    ) -> None:
        def queries() -> int:
            with CaptureQueriesContext(
                connection,
            ) as captured:
                listing(client, index)
            return len(captured)

        for _number in range(2):
            make_education_page(parent=index, introduction=EASY)
        listing(client, index)
        few = queries()
        for _number in range(6):
            make_education_page(parent=index, introduction=EASY)
        assert queries() == few


class TestLanguages:
    def state(self, page: Page) -> TranslationState:
        ((_code, state),) = language_states([page])[page.pk]
        return state

    def test_english_page__has_the_state_of_its_translation(
        self, index: EducationIndexPage
    ) -> None:
        make_locale("es")
        page = make_education_page(parent=index)
        assert self.state(page) == TranslationState.MISSING
        spanish = in_spanish(page, live=False)
        assert self.state(page) == TranslationState.DRAFT
        spanish.live = True
        Page.objects.filter(pk=spanish.pk).update(live=True)
        assert self.state(page) == TranslationState.BEHIND
        Translation.objects.update_or_create(
            **key_of(spanish), defaults={"source_id": str(page.pk), "source_sha256": "0" * 64}
        )
        assert self.state(page) == TranslationState.CURRENT
        assert self.state(spanish) == TranslationState.CURRENT

    def test_list__says_what_is_missing(self, client: Client, index: EducationIndexPage) -> None:
        make_locale("es")
        make_education_page(parent=index)
        assert "ES: Missing" in listing(client, index)


def test_levels_of_many__are_those_of_each_one() -> None:
    pages = [make_education_page(introduction=EASY), make_user(EDITORS), make_education_page()]
    assert reading_levels(pages) == [reading_level(page) for page in pages]
