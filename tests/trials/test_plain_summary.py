"""The ethics board's gate, and the conditions that a person goes through."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, override
from wagtail.models import Locale

from clinic.models import ClinicSettings
from clinic.review import find_problems
from clinic.roles import EDITORS
from tests.clinic.review_steps import log_in
from tests.factories import make_locale, make_user
from tests.trials.factories import make_study, our_location, sync_studies
from tests.trials.registry_files import RECORDS, needs_registry
from trials import search_documents
from trials.eligibility import parse_criteria
from trials.fit_check import fit_groups, source_of
from trials.models import PlainSummary, SearchDocument, Trial
from trials.registry.files import read_files
from trials.registry.sync import sync
from trials.search_documents import drop_ended_summaries
from trials.translations import without_spanish
from trials.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db
IRB = {
    "irb_reference": "IRB-1",
    "irb_approved_on": date(2026, 1, 1),
    "irb_expires_on": date(2099, 1, 1),
}
BY_PHONE = (
    "We do not have a summary of this trial in your language yet. Call us: we explain it to you by "
    "phone, free of charge. If you like, an interpreter joins the call, also free of charge."
)


@pytest.fixture
def trial(clinic):
    sync_studies(make_study())
    return Trial.objects.get()


def make_summary(trial, **fields):
    return PlainSummary.objects.create(
        trial=trial,
        **{
            "locale": Locale.objects.get(language_code="en"),
            "title": "A plain title",
            "what_is_it_about": "It tests a drug.",
            "live": True,
            **fields,
        },
    )


class TestTheGate:
    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {**IRB, "irb_reference": ""},
            {**IRB, "irb_approved_on": None},
            {**IRB, "irb_expires_on": None},
        ],
    )
    def test_without_the_three_facts_it_cannot_go_live(self, trial, fields):
        problems = find_problems(make_summary(trial, **fields))
        assert problems == ["Enter the IRB reference and the days of its approval and its end."]

    def test_what_has_run_out_is_taken_down_everywhere(self, trial, client, generation):
        summary = make_summary(trial, **IRB)
        search_documents.refresh([trial.pk], Vocabulary.load())
        addresses = ("/en/trials/", "/en/trials/NCT99990001/", "/api/v1/trials/")
        addresses += ("/api/v1/trials/NCT99990001/", "/feeds/trials.atom")
        for address in addresses:
            assert "A plain title" in client.get(address).content.decode(), address
        yesterday = timezone.localdate() - timedelta(days=1)
        # As if a day had gone by since it was indexed.
        PlainSummary.objects.filter(pk=summary.pk).update(irb_expires_on=yesterday)
        SearchDocument.objects.update(summary_until=yesterday)
        before = generation()
        drop_ended_summaries()
        assert generation() > before
        for address in addresses:
            assert "A plain title" not in client.get(address).content.decode(), address
        assert client.get("/api/v1/trials/?q=plain+title").json()["count"] == 0

    def test_nor_after_the_end(self, trial):
        yesterday = timezone.localdate() - timedelta(days=1)
        summary = make_summary(trial, **{**IRB, "irb_expires_on": yesterday})
        assert find_problems(summary) == ["The approval of the IRB has ended."]

    def test_with_them_nothing_stands_in_the_way(self, trial):
        assert find_problems(make_summary(trial, **IRB)) == []

    @pytest.mark.parametrize(("days", "is_shown"), [(-1, False), (0, True)])
    def test_it_is_not_shown_after_the_end(self, trial, client, days, is_shown):
        end = timezone.localdate() + timedelta(days=days)
        make_summary(trial, **{**IRB, "irb_expires_on": end})
        page = client.get(trial.get_absolute_url()).content.decode()
        assert ("A plain title" in page) is is_shown

    def test_a_revision_does_not_bring_back_an_older_comparison(self, trial):
        summary = make_summary(trial, **IRB)
        revision = summary.save_revision()
        now = timezone.now()
        PlainSummary.objects.update(registry_compared_at=now)
        revision.refresh_from_db()
        assert revision.as_object().registry_compared_at == now

    def test_all_its_parts_are_shown(self, trial, client):
        parts = ("costs", "near_home", "lodging", "afterwards", "questions")
        make_summary(
            trial, **IRB, languages="English, Thai", **{part: f"About {part}." for part in parts}
        )
        page = client.get(trial.get_absolute_url()).content.decode()
        for part in parts:
            assert f"About {part}." in page
        assert "English, Thai" in page


class TestThePreview:
    def test_it_shows_what_is_typed_and_keeps_nothing(self, trial, client):
        parts = ("what_is_it_about", "who_can_join", "what_happens", "costs", "questions")
        summary = make_summary(trial, **IRB, live=False)
        client.force_login(make_user(EDITORS))
        address = reverse(
            PlainSummary.snippet_viewset.get_url_name("preview_on_edit"), args=[summary.pk]
        )
        typed = {part: f"About {part}." for part in parts}
        choices = ("overnight_stays", "biopsies", "placebo_possible", "travel_help")
        typed |= dict.fromkeys(choices, "unknown")
        answer = client.post(address, {"trial": trial.pk, "title": "A typed title", **typed})
        assert answer.json()["is_valid"], answer.json()
        page = client.get(address).content.decode()
        assert "A typed title</h1>" in page
        for part in parts:
            assert f"About {part}." in page
        assert "It tests a drug." not in page
        summary.refresh_from_db()
        assert (summary.title, summary.live) == ("A plain title", False)
        assert not summary.revisions.exists()
        assert "A typed title" not in client.get(trial.get_absolute_url()).content.decode()


class TestInSpanish:
    def page(self, trial, client, **settings):
        ClinicSettings.objects.update(**settings)
        make_locale("es")
        with override("es"):
            return client.get(trial.get_absolute_url()).content.decode()

    @pytest.fixture
    def open_trial(self, clinic):
        sync_studies(make_study(contactsLocationsModule={"locations": [our_location()]}))
        return Trial.objects.get()

    def test_an_open_trial_without_a_summary_is_explained_by_phone(self, open_trial, client):
        make_summary(open_trial, **IRB)
        page = self.page(open_trial, client)
        notice = page.split('id="by-phone"', 1)[1].split("</p>", 1)[0]
        assert 'href="tel:+14155550100"' in notice
        with override("es"):
            assert gettext(BY_PHONE) in notice

    def test_one_with_a_summary_is_not(self, open_trial, client):
        make_summary(open_trial, **IRB)
        make_summary(open_trial, locale=make_locale("es"), title="Un título", **IRB)
        page = self.page(open_trial, client)
        assert "Un título" in page
        assert "by-phone" not in page

    def test_nor_is_a_closed_one(self, trial, client):
        assert "by-phone" not in self.page(trial, client)

    def test_nor_is_anything_promised_without_a_number(self, open_trial, client):
        assert "by-phone" not in self.page(open_trial, client, phone="")

    def test_nor_in_english(self, open_trial, client):
        assert "by-phone" not in client.get(open_trial.get_absolute_url()).content.decode()

    def test_staff_see_which_open_trials_have_none(self, open_trial):
        english = make_summary(open_trial, **IRB)
        assert [summary.pk for summary in without_spanish()] == [english.pk]
        spanish = make_summary(open_trial, locale=make_locale("es"), **{**IRB, "live": False})
        assert [summary.pk for summary in without_spanish()] == [english.pk]
        PlainSummary.objects.filter(pk=spanish.pk).update(live=True)
        assert without_spanish() == []

    def test_the_registry_report_lists_them(self, open_trial):
        english = make_summary(open_trial, **IRB)
        page = log_in(make_user(EDITORS)).get(reverse("registry_report")).content.decode()
        assert "Open here, without a summary in Spanish" in page
        assert english.title in page


class TestFit:
    def test_it_is_off_until_the_ethics_board_has_a_reference(self, trial, client):
        address = f"{trial.get_absolute_url()}fit/"
        make_summary(trial)
        answer = client.get(address)
        assert answer.status_code == 404
        assert "ethics board" in answer.content.decode()
        others = [trial.get_absolute_url(), f"{trial.get_absolute_url()}doctor/"]
        assert not any("fit/" in client.get(page).content.decode() for page in others)
        PlainSummary.objects.update(**IRB)
        page = client.get(address)
        assert page.status_code == 200
        assert page.context["total"] == page.content.decode().count("<fieldset")
        assert all("fit/" in client.get(page).content.decode() for page in others)

    def test_age_and_sex_come_from_their_own_fields(self, trial):
        Trial.objects.update(sex="FEMALE")
        [first, *_rest] = fit_groups(Trial.objects.get())
        assert [one.text for one in first.conditions] == ["Age: 18 years and older", "Sex: Women"]

    @pytest.mark.parametrize(
        ("text", "source"),
        [
            ("PD-L1 expression of 1 % or more", "The report of the tests on your tumor"),
            ("Histologically confirmed melanoma", "Your pathology report"),
            ("Platelets >= 100", "Your last blood tests"),
            ("Measurable disease by RECIST 1.1", "Your last scan"),
            ("ECOG 0 or 1", "Your doctor"),
            ("No prior chemotherapy", "The list of your treatments so far"),
            ("Pregnant women", "You know this"),
            ("Known HIV infection", "Your medical record, or your doctor"),
            ("Able to give consent", "The team of the trial"),
        ],
    )
    def test_where_the_answer_is_found(self, text, source):
        assert source_of(text) == source

    def test_the_form_sends_nothing(self, trial, client):
        make_summary(trial, **IRB)
        page = client.get(f"{trial.get_absolute_url()}fit/").content.decode()
        main = page.split("<main", 1)[1].split("</main>")[0]
        assert "<form" not in main


class TestRealRecords:
    pytestmark = [pytest.mark.django_db, *needs_registry]

    def test_no_word_of_any_record_is_lost(self, clinic):
        sync(read_files(RECORDS), source="real")
        for trial in Trial.objects.exclude(criteria=""):
            sections = parse_criteria(trial.criteria)
            shown = " ".join(one.text for group in fit_groups(trial) for one in group.conditions)
            wanted = [text for section in sections for text in texts_of(section)]
            assert set(" ".join(wanted).split()) <= set(shown.split()), trial.nct_id


def texts_of(section):
    """Yield every text of a section but its heading, without the numbers of its items."""
    for block in section.blocks:
        yield block.text
        waiting = list(block.items)
        while waiting:
            item = waiting.pop()
            yield item.text
            waiting += item.items
