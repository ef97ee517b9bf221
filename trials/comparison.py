"""Two to four trials side by side, and the one-page sheet for a doctor."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from trials.eligibility import Item, parse_criteria
from trials.enums import Phase, TrialStatus, label_of
from trials.models import PlainSummary, Trial
from trials.registry.values import nct_id as read_nct_id
from trials.trial_page import age_range, design_facts, plain_summary

MOST = 4
# An address may name any number of trials: no more than these are looked up.
LOOKED_UP = 12
SHOWN_CRITERIA = {"inclusion": 7, "exclusion": 5}
LONGEST_CRITERION = 150


@dataclass(frozen=True, slots=True)
class Compared:
    """A trial with our words about it."""

    trial: Trial
    summary: PlainSummary | None

    @property
    def title(self) -> str:
        """Return our plain title, else that of the registry."""
        return self.summary.title if self.summary else self.trial.brief_title

    @property
    def title_language(self) -> str:
        """Return the language of the title."""
        return self.summary.locale.language_code if self.summary else "en"


@dataclass(frozen=True, slots=True)
class Row:
    """One question, and the answer of each trial in their order."""

    label: str
    answers: list[tuple[Compared, str]]
    # The registry's own words are English on every site.
    is_english: bool = False


def chosen_trials(given: Iterable[str], language: str) -> tuple[list[Compared], list[str]]:
    """Return the first four different trials that the ids name, and what names none."""
    parts = (part for text in given for part in text.replace(",", " ").split())
    trials: dict[int, Trial] = {}
    unknown: list[str] = []
    for part in list(dict.fromkeys(parts))[:LOOKED_UP]:
        if trial := Trial.objects.led_to(part):
            trials[trial.pk] = trial
        else:
            unknown.append(read_nct_id(part) or part[:20])
    shown = list(trials.values())[:MOST]
    return [Compared(trial, plain_summary(trial, language)) for trial in shown], unknown


def rows(compared: list[Compared]) -> list[Row]:
    """Return what differs between trials in the order in which people ask."""
    found = []
    registry_words = {_("Cancer"), _("What is tested")}
    for label, answer in _questions():
        answers = [(one, str(answer(one) or _("Not known"))) for one in compared]
        if any(text != _("Not known") for _one, text in answers):
            found.append(Row(label, answers, is_english=label in registry_words))
    return found


def _questions() -> list[tuple[str, Any]]:
    def of_summary(name: str) -> Any:
        return lambda one: getattr(one.summary, f"get_{name}_display")() if one.summary else ""

    def visits(one: Compared) -> str:
        number = one.summary.visits_per_month if one.summary else None
        return "" if number is None else str(number)

    facts = [
        _("Kind of study"),
        _("How people are put into groups"),
        _("Who knows the treatment"),
        _("Number of people"),
    ]
    return [
        (_("Open at our clinic"), lambda one: _("Yes") if one.trial.our_site_open else _("No")),
        (_("Status"), lambda one: label_of(TrialStatus, one.trial.status)),
        (_("Cancer"), lambda one: ", ".join(one.trial.conditions[:5])),
        (_("What is tested"), lambda one: ", ".join(treatments(one.trial))),
        (_("Phase"), lambda one: ", ".join(label_of(Phase, phase) for phase in one.trial.phases)),
        (_("Age"), lambda one: age_range(one.trial)),
        (_("Visits per month"), visits),
        (_("Nights in the hospital"), of_summary("overnight_stays")),
        (_("Tissue samples (biopsies)"), of_summary("biopsies")),
        (_("A placebo is possible"), of_summary("placebo_possible")),
        (_("Help with travel"), of_summary("travel_help")),
        *((fact, lambda one, fact=fact: dict(design_facts(one.trial)).get(fact)) for fact in facts),
    ]


def treatments(trial: Trial) -> list[str]:
    """Return the names of what the trial tests."""
    return [entry["name"] for entry in trial.details.get("interventions", [])][:6]


def main_criteria(trial: Trial) -> tuple[list[tuple[str, list[str]]], int]:
    """Return the first criteria of each kind in short, and how many of the record are left out."""
    texts: dict[str, list[str]] = {kind: [] for kind in SHOWN_CRITERIA}
    for section in parse_criteria(trial.criteria):
        if section.kind in texts:
            for block in section.blocks:
                texts[section.kind] += [_short(item) for item in block.items]
    labels = {"inclusion": _("People can join if"), "exclusion": _("People cannot join if")}
    shown = [(labels[kind], texts[kind][:most]) for kind, most in SHOWN_CRITERIA.items()]
    left_out = sum(max(0, len(texts[kind]) - most) for kind, most in SHOWN_CRITERIA.items())
    return [(label, listed) for label, listed in shown if listed], left_out


def _short(item: Item) -> str:
    parts = [item.text, "; ".join(_words(part) for part in item.items)]
    return Truncator(" ".join(filter(None, parts))).chars(LONGEST_CRITERION)


def _words(item: Item) -> str:
    return " ".join([item.text, *(_words(part) for part in item.items)])
