"""Searches that found nothing: kept without a person, listed when several meant the same."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.failed_searches import (
    MOST_PER_HOUR,
    FailedTerm,
    forget_old_searches,
    listed_terms,
)
from clinic.models import FailedSearch, IgnoredTerm
from clinic.roles import COORDINATORS, EDITORS, REVIEWERS
from education.models import Synonym
from tests.clinic.review_steps import log_in
from tests.factories import make_home_page, make_user
from tests.trials.factories import make_cancer_type, make_therapy_type

pytestmark = pytest.mark.django_db
SITE, TRIALS = "/en/search/", "/en/trials/"


@pytest.fixture(autouse=True)
def home() -> None:
    make_home_page()


def search(text: str, address: str = SITE, **more: str) -> Any:
    response = Client().get(address, {"q": text, **more})
    assert response.status_code == 200
    return response


def add(term: str, *days_ago: int, language: str = "en") -> None:
    for ago in days_ago:
        day = timezone.localdate() - timedelta(days=ago)
        FailedSearch.objects.create(term=term, language=language, day=day)


def listed() -> list[str]:
    return [row.term for row in listed_terms()]


class TestNote:
    @pytest.mark.parametrize("address", [SITE, TRIALS])
    def test_words__are_kept_with_the_day_and_nothing_else(self, address: str) -> None:
        search("  Chili   Pepper Patch ", address)
        [row] = FailedSearch.objects.values()
        del row["id"]
        today = timezone.localdate()
        assert row == {"term": "chili pepper patch", "language": "en", "day": today}

    def test_search_that_finds_something__is_not_kept(self) -> None:
        assert "Home" in search("home").content.decode()
        assert not FailedSearch.objects.exists()

    def test_filters_that_leave_nothing__say_nothing_about_a_word(self) -> None:
        search("zzzq", TRIALS, age="40")
        assert not FailedSearch.objects.exists()

    @pytest.mark.parametrize(
        "text",
        [
            "ana@example.org",
            "206 555 0142",
            "my name is ana rivera",
            "can my mother ana rivera get this treatment",
            "12345",
            "?!",
            "x" * 81,
        ],
    )
    def test_what_seems_to_name_somebody__is_not_kept(self, text: str) -> None:
        search(text)
        assert not FailedSearch.objects.exists()

    def test_flood__does_not_fill_the_list(self) -> None:
        for number in range(MOST_PER_HOUR + 3):
            search(f"qqqq{chr(97 + number)}zz")
        assert FailedSearch.objects.count() == MOST_PER_HOUR

    def test_refused_write__does_not_stop_the_search(self, caplog: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE clinic_failedsearch RENAME TO elsewhere")
        assert b"zzzq" in search("zzzq").content
        assert "could not be noted" in caplog.text and "zzzq" not in caplog.text

    def test_public_role__adds_and_reads_nothing(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_public")
            try:
                search("zzzq")
                cursor.execute("SELECT has_table_privilege('clinic_failedsearch', 'SELECT')")
                assert cursor.fetchone() == (False,)
            finally:
                cursor.execute("RESET ROLE")
        assert FailedSearch.objects.count() == 1


class TestList:
    @pytest.mark.parametrize(
        ("days_ago", "is_listed"),
        [
            ((0, 0, 1), True),
            ((0, 0, 0, 0), False),
            ((0, 1), False),
            ((0, 0, 31), False),
            ((29, 30, 30), True),
        ],
    )
    def test_word__is_listed_after_three_times_on_two_days(
        self, days_ago: tuple[int, ...], is_listed: bool
    ) -> None:
        add("pepper patch", *days_ago)
        assert listed() == (["pepper patch"] if is_listed else [])

    def test_languages__count_apart(self) -> None:
        add("pepper patch", 0, 1)
        add("pepper patch", 0, language="es")
        assert listed() == []

    def test_rare_cancer_that_we_know__is_listed_at_once(self) -> None:
        make_cancer_type("mesothelioma", "Mesothelioma", "asbestos cancer")
        search("Asbestos cancer", TRIALS)
        today = timezone.localdate()
        row = FailedTerm("asbestos cancer", "en", 1, 1, today, is_known=True)
        assert listed_terms() == [row]

    def test_most_frequent__stand_first(self) -> None:
        add("twice a day", 0, 0, 1)
        add("often", 0, 1, 1, 2)
        assert listed() == ["often", "twice a day"]

    def test_worker__forgets(self) -> None:
        add("old", 31)
        add("young", 30)
        forget_old_searches()
        assert [row.term for row in FailedSearch.objects.all()] == ["young"]


class TestScreen:
    ADDRESS = "/admin/reports/failed-searches/"

    def test_unlisted_words__are_seen_by_nobody(self) -> None:
        add("secret words", 0, 0)
        html = log_in(make_user(EDITORS)).get(self.ADDRESS).content.decode()
        assert "secret words" not in html and "Nothing to do" in html

    def test_word__becomes_a_synonym_in_two_steps(self) -> None:
        add("taser drug", 0, 0, 1)
        therapy = make_therapy_type("checkpoint", "Checkpoint inhibitors")
        client = log_in(make_user(EDITORS))
        html = client.get(self.ADDRESS).content.decode()
        address = f"{reverse('synonyms:add')}?term=taser+drug&amp;language=en&amp;kind=lay"
        assert address in html
        form = client.get(address.replace("&amp;", "&")).content.decode()
        assert 'value="taser drug"' in form
        data = {"term": "taser drug", "language": "en", "kind": "lay", "therapy_type": therapy.pk}
        assert client.post(reverse("synonyms:add"), data).status_code == 302
        assert Synonym.objects.get(term="taser drug").therapy_type == therapy

    def test_reviewer__who_may_add_no_synonym_is_offered_none(self) -> None:
        add("taser drug", 0, 0, 1)
        html = log_in(make_user(REVIEWERS)).get(self.ADDRESS).content.decode()
        assert "taser drug" in html and reverse("synonyms:add") not in html

    def test_done__lists_it_again_when_it_fails_again(self) -> None:
        add("pepper patch", 0, 0, 1)
        client = log_in(make_user(EDITORS))
        client.post(self.ADDRESS, {"done": "en:pepper patch"})
        assert listed() == []
        add("pepper patch", 0, 0, 1)
        assert listed() == ["pepper patch"]

    def test_never__is_for_good_and_for_that_language(self) -> None:
        add("pepper patch", 0, 0, 1)
        client = log_in(make_user(EDITORS))
        client.post(self.ADDRESS, {"never": "en:pepper patch"})
        add("pepper patch", 0, 0, 1)
        add("pepper patch", 0, 0, 1, language="es")
        assert [row.language for row in listed_terms()] == ["es"]
        assert IgnoredTerm.objects.count() == 1

    @pytest.mark.parametrize("value", ["", "en:", "xx:pepper patch", "pepper patch", "en:unlisted"])
    def test_other_values__change_nothing(self, value: str) -> None:
        add("pepper patch", 0, 0, 1)
        add("unlisted", 0)
        log_in(make_user(EDITORS)).post(self.ADDRESS, {"never": value})
        assert listed() == ["pepper patch"]
        assert not IgnoredTerm.objects.exists() and FailedSearch.objects.count() == 4

    def test_words__are_shown_inert(self) -> None:
        add("<script>alert(1)</script>", 0, 0, 1)
        html = log_in(make_user(EDITORS)).get(self.ADDRESS).content.decode()
        assert "<script>alert" not in html and "&lt;script&gt;" in html

    @pytest.mark.parametrize("role", [COORDINATORS, None])
    def test_others__do_not_see_it(self, role: str | None) -> None:
        add("pepper patch", 0, 0, 1)
        client = log_in(make_user(role))
        assert client.get(self.ADDRESS).status_code != 200
        client.post(self.ADDRESS, {"never": "en:pepper patch"})
        assert listed() == ["pepper patch"]
