"""The demo's trials: invented records through the ordinary sync, and four plain summaries."""

from pathlib import Path
from typing import Any

from wagtail.models import Locale

from clinic.demo.files import TextFile, read_folder
from clinic.translation_work import record_versions
from trials import search_documents
from trials.models import PlainSummary, Trial
from trials.registry.files import read_files, record_files
from trials.registry.sync import sync
from trials.vocabulary import Vocabulary

FOLDER = Path(__file__).resolve().parent
SECTIONS = {
    "What is this trial about?": "what_is_it_about",
    "Who can join?": "who_can_join",
    "What happens if I join?": "what_happens",
    "What could be good about it?": "possible_benefits",
    "What are the risks?": "possible_risks",
    "What does it cost, and what is paid?": "costs",
    "What can be done near home or by video?": "near_home",
    "Where can I stay?": "lodging",
    "What happens after the trial?": "afterwards",
    "Questions to ask": "questions",
}


def load(context: Any) -> None:
    """Add the demo trials and plain summaries that are missing; change none."""
    held = set(Trial.objects.values_list("nct_id", flat=True))
    missing = [file for file in record_files(FOLDER / "records") if file.stem not in held]
    if missing:
        _run, report = sync(read_files(missing), source="demo records")
        if report.refused:
            raise ValueError(f"Demo records were refused: {report.refused}")
    added = [summary for text in read_folder(FOLDER / "summaries") if (summary := _add(text))]
    record_versions(PlainSummary)
    if added:
        search_documents.refresh([summary.trial_id for summary in added], Vocabulary.load())
    context.say(f"Demo trials: {len(missing)} added, {len(added)} plain summaries added.")


def _add(text: TextFile) -> PlainSummary | None:
    trial = Trial.objects.get(nct_id=text.meta["trial"])
    locale = Locale.objects.get(language_code=text.meta.get("language", "en"))
    if PlainSummary.objects.filter(trial=trial, locale=locale).exists():
        return None
    return PlainSummary.objects.create(
        trial=trial,
        locale=locale,
        title=text.meta["title"],
        is_demo_content=True,
        live=True,
        **{SECTIONS[heading]: body for heading, body in _sections(text.body)},
        **text.meta.get("burden", {}),
        **text.meta.get("irb", {}),
    )


def _sections(body: str) -> list[tuple[str, str]]:
    """Return heading and text of each ``## `` section."""
    parts = [part.partition("\n") for part in ("\n" + body).split("\n## ")[1:]]
    return [(heading.strip(), text.strip()) for heading, _newline, text in parts]
