import pytest

from clinic.models import Translation
from education.readability import measure
from education.vocabulary_seed import load_vocabulary
from tests.factories import make_locale
from trials.demo import FOLDER, load
from trials.enums import TrialStatus
from trials.models import PlainSummary, SearchDocument, Trial, TrialTherapyType

pytestmark = pytest.mark.django_db


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


def test_four_plain_summaries_below_grade_eight(demo):
    summaries = PlainSummary.objects.filter(live=True)
    assert summaries.count() == 4
    for summary in summaries:
        text = "\n\n".join([summary.what_is_it_about, summary.who_can_join, summary.what_happens])
        assert measure(text.replace("- ", "")).grade <= 8
        assert summary.is_demo_content
        assert SearchDocument.objects.get(trial=summary.trial, language="en").title == summary.title


def test_spanish_summary_is_a_translation_of_the_english_one(demo):
    english = PlainSummary.objects.get(trial__nct_id="NCT99900001")
    spanish = PlainSummary.objects.create(
        trial=english.trial, locale=make_locale("es"), title="En español", live=False
    )
    assert spanish.translation_key == english.translation_key
    assert Translation.of(spanish).source_id == str(english.pk)
    load(DemoContext())
    assert not Translation.of(spanish).is_behind


def test_loading_again_changes_nothing(demo):
    PlainSummary.objects.filter(trial__nct_id="NCT99900001").update(title="Changed by an editor")
    again = DemoContext()
    load(again)
    assert again.said == ["Demo trials: 0 added, 0 plain summaries added."]
    assert PlainSummary.objects.filter(title="Changed by an editor").exists()
