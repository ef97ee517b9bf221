"""The glossary's words in the conditions of a trial."""

import pytest
from django.test import Client
from django.utils.translation import override
from wagtail.models import Locale

from clinic.review import publishing_without_review
from clinic.roles import EDITORS
from education.models import GlossaryTerm
from tests.clinic.review_steps import log_in
from tests.factories import make_locale, make_user
from tests.trials.factories import make_study, sync_studies
from tests.trials.test_plain_summary import IRB, make_summary
from trials.models import Trial

pytestmark = pytest.mark.django_db
CRITERIA = (
    "Inclusion Criteria:\n\n* ECOG performance status \\<= 1\n"
    "* ANC \\>= 1.5 and AST \\<= 2 x ULN\n\n"
    "Exclusion Criteria:\n\n* ECOG 3\n* <script>alert(1)</script> ULN"
)


def add_word(slug: str, language: str, term: str, *forms: str) -> None:
    locale = Locale.objects.get_or_create(language_code=language)[0]
    with publishing_without_review():
        GlossaryTerm.objects.create(
            slug=slug, term=term, forms=list(forms), locale=locale, definition=f"({term} means.)"
        )


@pytest.fixture
def trial(clinic):
    add_word("ecog", "en", "performance status", "ECOG", "ECOG performance status")
    add_word("ecog", "es", "estado funcional")
    add_word("uln", "en", "upper limit of normal", "ULN")
    sync_studies(make_study(eligibilityModule={"eligibilityCriteria": CRITERIA}))
    return Trial.objects.get()


def shown(trial: Trial, language: str = "en", page: str = "") -> str:
    with override(language):
        answer = Client().get(f"{trial.get_absolute_url()}{page}")
    assert answer.status_code == 200
    return answer.content.decode()


class TestTrialPage:
    def test_the_longest_form_is_marked_where_it_first_stands(self, trial):
        page = shown(trial)
        link = '<a class="term" id="use-ecog" href="#word-ecog">ECOG performance status</a>'
        assert page.count(link) == page.count('href="#word-ecog"') == 1
        assert page.count('id="word-uln"') == 1
        assert page.index('id="word-ecog"') < page.index("Exclusion Criteria:")

    def test_what_it_means_is_told_in_the_language_of_the_page(self, trial):
        page = shown(trial, "es")
        assert 'href="#word-ecog">ECOG performance status</a>' in page
        assert "(estado funcional means.)" in page
        assert "(performance status means.)" not in page
        assert "word-uln" not in page  # nobody has put it into Spanish

    def test_a_word_can_be_switched_off(self, trial):
        Trial.objects.update(unmarked_words=["ecog"])
        page = shown(trial)
        assert "word-ecog" not in page
        assert "word-uln" in page

    def test_the_text_stays_text(self, trial):
        page = shown(trial)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page

    def test_the_original_is_one_click_away(self, trial):
        page = shown(trial)
        assert 'href="https://clinicaltrials.gov/study/NCT99990001"' in page
        assert "* ANC \\&gt;= 1.5 and AST \\&lt;= 2 x ULN" in page

    def test_it_costs_few_queries(self, trial, django_assert_max_num_queries):
        shown(trial)
        with django_assert_max_num_queries(20):
            shown(trial)


class TestFit:
    def test_conditions_are_explained_below_their_group(self, trial):
        make_summary(trial, **IRB)
        page = shown(trial, page="fit/")
        assert 'href="#word-ecog">ECOG performance status</a>' in page
        meaning = page.index('id="word-ecog"')
        assert page.index("AST") < meaning < page.index("People cannot join if this is true")

    def test_questions_in_another_language_stay(self, trial):
        add_word("age", "en", "age")
        make_summary(trial, **IRB)
        assert "word-age" not in shown(trial, page="fit/")


class TestForm:
    def test_an_editor_switches_a_word_off_and_no_sync_brings_it_back(self, trial):
        make_locale("en")
        client = log_in(make_user(EDITORS))
        uln = GlossaryTerm.objects.get(slug="uln")
        address = f"/admin/trial/edit/{trial.pk}/"
        page = client.get(address)
        assert page.status_code == 200
        assert f'value="{uln.slug}"' in page.content.decode()
        client.post(address, {"is_listed": "on", "unmarked_words": ["uln"]})
        assert Trial.objects.get().unmarked_words == ["uln"]
        sync_studies(make_study(eligibilityModule={"eligibilityCriteria": CRITERIA + " ULN"}))
        trial = Trial.objects.get()
        assert trial.unmarked_words == ["uln"]
        assert "word-uln" not in shown(trial)
