"""What the site search says of trials."""

from html import unescape

import pytest
from django.utils.translation import override

from clinic.site_search import SearchQuery
from tests.inquiries.conftest import as_role  # noqa: F401
from tests.trials.factories import make_cancer_type, make_study, our_location, sync_studies
from tests.trials.test_pages import make_summary
from trials import search_documents
from trials.models import Trial
from trials.site_search import contribute
from trials.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db


def ask(text, language="en", limit=12):
    with override(language):
        return contribute(SearchQuery(text=text, language=language, limit=limit))


def study(number, title="Example Study in Melanoma", **modules):
    titles = {"briefTitle": title, "officialTitle": None}
    return make_study(f"NCT999900{number}", identificationModule=titles, **modules)


@pytest.fixture
def trials(clinic):
    make_cancer_type("melanoma", "Melanoma", "black mole", name_es="Melanoma")
    sync_studies(
        study("11", statusModule={"overallStatus": "COMPLETED"}),
        study("12"),
        study("13", contactsLocationsModule={"locations": [our_location()]}),
        study("14", "Another Subject", conditionsModule={"conditions": ["Lupus"]}),
    )


def numbers(group):
    return [result.url[-3:-1] for result in group.results]


class TestContribution:
    def test_open_trials_come_first_with_their_status(self, trials):
        group = ask("black mole")
        assert numbers(group) == ["13", "12", "11"]
        assert [result.note for result in group.results] == [
            "Open at our clinic",
            "Open to new participants",
            "Finished",
        ]
        assert group.results[0].title == "Example Study in Melanoma"
        assert group.results[0].summary == "Melanoma"
        assert (group.key, group.total, group.more_url) == (
            "trials",
            3,
            "/en/trials/?q=black+mole",
        )

    def test_the_rest_is_counted(self, trials):
        group = ask("melanoma", limit=2)
        assert (numbers(group), group.total) == (["13", "12"], 3)

    @pytest.mark.parametrize("number", ["NCT99990011", " nct99990011"])
    def test_a_trial_is_found_by_its_number(self, trials, number):
        assert numbers(ask(number)) == ["11"]

    def test_unlisted_trials_are_not_found(self, trials):
        Trial.objects.filter(nct_id="NCT99990013").update(is_listed=False)
        search_documents.refresh([Trial.objects.get(nct_id="NCT99990013").pk], Vocabulary.load())
        assert numbers(ask("melanoma")) == ["12", "11"]
        assert ask("NCT99990013") is None

    @pytest.mark.parametrize("language", ["en", "es"])
    @pytest.mark.parametrize("text", ["the", "xyzzy", "&|!", "%", "''"])
    def test_words_that_say_or_find_nothing_are_no_group(self, trials, text, language):
        assert ask(text, language) is None

    def test_spanish_titles_and_what_stays_english(self, trials):
        trial = Trial.objects.get(nct_id="NCT99990013")
        make_summary(trial, "es", title="Un estudio sobre melanoma")
        search_documents.refresh([trial.pk], Vocabulary.load())
        plain, registry, _ = ask("melanoma", "es").results
        assert (plain.title, plain.language) == ("Un estudio sobre melanoma", "")
        assert plain.url.startswith("/es/trials/")
        assert (registry.title, registry.language) == ("Example Study in Melanoma", "en")
        assert (plain.summary, registry.summary) == ("", "")

    def test_few_queries(self, trials, django_assert_max_num_queries):
        ask("melanoma")
        with django_assert_max_num_queries(3):
            ask("melanoma", limit=2)


class TestPage:
    def test_the_public_door_shows_trials(self, trials, client, as_role):  # noqa: F811
        with as_role("public"):
            html = client.get("/es/search/?q=melanoma").content.decode()
        assert '<a href="/es/trials/NCT99990013/" lang="en">' in html
        assert 'href="/es/trials/?q=melanoma"' in html

    def test_hostile_words_stay_words(self, trials, client):
        words = 'melanoma "><script>'
        html = client.get("/en/search/", {"q": words}).content.decode()
        assert "<script>" not in html
        assert words in unescape(html)
