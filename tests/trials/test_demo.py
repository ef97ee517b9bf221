import re

import pytest
from django.db.models import TextField

from clinic.models import Translation
from clinic.reading import hard_parts
from education.readability import measure
from education.reading_level import running_text
from education.vocabulary_seed import load_vocabulary
from tests.factories import make_locale
from trials.demo import FOLDER, load
from trials.enums import TrialStatus
from trials.models import PlainSummary, SearchDocument, Trial, TrialTherapyType

pytestmark = pytest.mark.django_db
IRB_FACTS = ("irb_reference", "irb_approved_on", "irb_expires_on", "overnight_stays")


class DemoContext:
    def __init__(self):
        self.said = []

    def say(self, text):
        self.said.append(text)


@pytest.fixture
def demo(clinic):
    make_locale("en")
    make_locale("es")
    load_vocabulary()
    context = DemoContext()
    load(context)
    return context


def test_every_status_and_every_therapy_type_is_shown(demo):
    statuses = set(Trial.objects.values_list("status", flat=True))
    assert statuses == set(TrialStatus.values)
    used = set(TrialTherapyType.objects.values_list("therapy_type__slug", flat=True))
    assert used >= {
        "checkpoint-inhibitors",
        "car-t",
        "other-t-cell-transfer",
        "monoclonal-antibodies",
        "bispecific-antibodies",
        "treatment-vaccines",
        "immune-system-modulators",
        "oncolytic-viruses",
        "other-immunotherapy",
    }


def test_some_are_open_at_our_clinic_and_some_are_not(demo):
    assert Trial.objects.open_at_our_site().count() == 5
    recruiting = Trial.objects.filter(status="RECRUITING")
    assert recruiting.filter(has_our_site=True, our_site_open=False).exists()
    assert recruiting.filter(has_our_site=False).exists()


def test_all_of_it_is_recognisable_as_invented(demo):
    for trial in Trial.objects.all():
        assert trial.nct_id.startswith("NCT999000")
        assert "Example" in trial.brief_title
    for file in (FOLDER / "records").glob("*.json"):
        text = file.read_text()
        addresses = [part for part in text.split('"') if "@" in part]
        assert all(address.endswith("@example.org") for address in addresses)
        assert text.count('"phone"') == text.count('"phone": "415-555-01')


def summaries_in(language):
    return PlainSummary.objects.filter(live=True, locale__language_code=language)


def running_text_of(summary):
    return running_text(summary).replace("- ", "")


def test_four_plain_summaries_below_grade_eight(demo):
    assert summaries_in("en").count() == 4
    for summary in summaries_in("en"):
        assert measure(running_text_of(summary)).grade <= 8
        assert not hard_parts(summary)
        assert summary.is_demo_content
        assert SearchDocument.objects.get(trial=summary.trial, language="en").title == summary.title


def test_each_has_a_spanish_one_that_is_easy_to_read(demo):
    assert summaries_in("es").count() == 4
    for spanish in summaries_in("es"):
        assert measure(running_text_of(spanish), language="es").szigriszt >= 60
        assert not hard_parts(spanish)
        assert spanish.is_demo_content
        assert SearchDocument.objects.get(trial=spanish.trial, language="es").title == spanish.title


def test_the_spanish_one_has_the_same_parts_figures_and_facts(demo):
    for spanish in summaries_in("es"):
        english = summaries_in("en").get(trial=spanish.trial)
        assert spanish.translation_key == english.translation_key
        assert Translation.of(spanish).source_id == str(english.pk)
        assert not Translation.of(spanish).is_behind
        for field in PlainSummary._meta.get_fields():
            if isinstance(field, TextField):
                one, two = getattr(english, field.name), getattr(spanish, field.name)
                assert re.findall(r"\d+", one) == re.findall(r"\d+", two), field.name
                assert one.count("\n- ") == two.count("\n- "), field.name
        for name in (*IRB_FACTS, "visits_per_month", "biopsies", "placebo_possible", "travel_help"):
            assert getattr(english, name) == getattr(spanish, name)


def test_loading_again_changes_nothing(demo):
    PlainSummary.objects.filter(trial__nct_id="NCT99900001").update(title="Changed by an editor")
    again = DemoContext()
    load(again)
    assert again.said == ["Demo trials: 0 added, 0 plain summaries added."]
    assert PlainSummary.objects.filter(title="Changed by an editor").exists()
