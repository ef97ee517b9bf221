"""The level that editors see, and the reason that a hard text needs."""

from typing import Any

import pytest
from django.urls import reverse
from wagtail.models import TaskState

from clinic.models import User
from clinic.models.review import APPROVE_WHOLE_PAGE, ClinicalReviewState
from clinic.reading import reading_level
from clinic.review import ReviewRefused
from clinic.review_views import review_url
from clinic.roles import EDITORS
from education.models import EducationPage, Synonym, TherapyType
from education.reading_level import running_text
from tests.clinic.review_steps import act, change, edit_url, fresh, log_in, submit
from tests.education.factories import make_education_page
from tests.education.test_glossary_pages import make_term
from tests.factories import make_locale, make_reviewer, make_user

pytestmark = pytest.mark.django_db

EASY = "Your cells help you. We help them find the cancer."
HARD = (
    "Immunotherapeutic modalities necessitate multidisciplinary consideration of heterogeneous "
    "immunological comorbidities, individualized immunosuppressive interventions and appropriate "
    "longitudinal surveillance."
)


@pytest.fixture
def editor() -> User:
    return make_user(EDITORS)


@pytest.fixture
def reviewer() -> User:
    return make_reviewer()


class TestLevel:
    def test_english__is_a_grade_with_its_formula(self) -> None:
        level = reading_level(make_education_page(introduction=EASY))
        assert level is not None and not level.is_too_hard
        assert level.figure < level.limit == 8
        assert level.formula.startswith("flesch-kincaid")

    def test_hard_text__is_too_hard_and_quotes_its_sentence(self) -> None:
        level = reading_level(make_education_page(introduction=f"{EASY} {HARD}"))
        assert level is not None and level.is_too_hard
        assert level.hardest[0] == HARD

    def test_spanish__is_an_ease(self) -> None:
        spanish = EducationPage(
            introduction="Sus células le ayudan. Les ayudamos a ver las células malas. Es así.",
            locale=make_locale("es"),
        )
        level = reading_level(spanish)
        assert level is not None and level.formula.startswith("szigriszt")
        assert level.figure > level.limit and not level.is_too_hard

    def test_text__leaves_headings_tables_and_letters_out(self) -> None:
        page = EducationPage(
            introduction="One.",
            body=[("heading", "Two"), ("paragraph", "<p>Three &amp; four.</p><p>Five.</p>")],
        )
        assert running_text(page) == "One.\nThree & four.\nFive.\n"

    @pytest.mark.parametrize("explained", ["glossary", "medicine"])
    def test_explained_words__are_not_hard(self, explained: str) -> None:
        page = make_education_page(introduction=f"Immunohistochemistry is used. {EASY}")
        before = reading_level(page)
        if explained == "glossary":
            make_term("immunohistochemistry")
        else:
            therapy = TherapyType.objects.create(slug="x", name_en="x", name_es="x")
            Synonym.objects.create(
                term="immunohistochemistry", kind="generic", language="en", therapy_type=therapy
            )
        after = reading_level(page)
        assert before is not None and after is not None and after.figure < before.figure

    def test_empty_page__has_none(self) -> None:
        assert reading_level(make_education_page()) is None


class TestApproval:
    def submitted(self, editor: User, text: str) -> tuple[EducationPage, TaskState]:
        page = make_education_page()
        change(page, editor, introduction=text)
        return page, submit(page, editor)

    @pytest.mark.parametrize("data", [{}, {"comment": "  "}, {"reason": "because"}])
    def test_hard_text__is_refused_without_a_reason(
        self, editor: User, reviewer: User, data: dict[str, Any]
    ) -> None:
        page, state = self.submitted(editor, HARD)
        with pytest.raises(ReviewRefused, match="hard to read"):
            act(state, reviewer, APPROVE_WHOLE_PAGE, **data)
        assert fresh(page).introduction != HARD

    def test_hard_text__goes_live_with_a_recorded_reason(
        self, editor: User, reviewer: User
    ) -> None:
        page, state = self.submitted(editor, HARD)
        act(state, reviewer, APPROVE_WHOLE_PAGE, comment="The label has to be quoted.")
        assert fresh(page).introduction == HARD
        recorded = ClinicalReviewState.objects.get(pk=state.pk)
        assert recorded.comment == "The label has to be quoted."
        assert recorded.reading_figure and recorded.reading_figure > 8
        assert recorded.reading_formula == "flesch-kincaid-1975/1"

    def test_easy_text__needs_none(self, editor: User, reviewer: User) -> None:
        page, state = self.submitted(editor, EASY)
        act(state, reviewer)
        assert fresh(page).introduction == EASY
        assert ClinicalReviewState.objects.get(pk=state.pk).reading_figure is not None

    def test_dialog__says_that_it_needs_a_reason(self, editor: User, reviewer: User) -> None:
        page, state = self.submitted(editor, HARD)
        address = reverse(
            "wagtailadmin_pages:workflow_action", args=[page.pk, APPROVE_WHOLE_PAGE, state.pk]
        )
        assert "Say in the comment why" in log_in(reviewer).get(address).json()["html"]

    def test_screen_of_changes__needs_the_same_reason(self, editor: User, reviewer: User) -> None:
        page, state = self.submitted(editor, HARD)
        client, address = log_in(reviewer), review_url(state)
        assert "Say in the comment why" in client.get(address).content.decode()
        client.post(address, {"action": APPROVE_WHOLE_PAGE, "comment": " "})
        assert fresh(page).introduction != HARD
        client.post(address, {"action": APPROVE_WHOLE_PAGE, "comment": "It is quoted."})
        assert fresh(page).introduction == HARD


def test_editor__shows_level_and_hardest_sentences(editor: User) -> None:
    page = make_education_page(introduction=EASY)
    change(page, editor, introduction=HARD)
    html = log_in(editor).get(edit_url(page)).content.decode()
    assert "a reviewer has to give a reason" in html
    assert "heterogeneous immunological" in html
