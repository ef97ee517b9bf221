"""The conditions of a trial as things that a person can say yes, no or "not sure" to."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.eligibility import Item, Section, parse_criteria
from trials.enums import Sex, label_of
from trials.models import Trial
from trials.trial_page import age_range

# Where an answer is found, by words of the condition; the first that fits counts.
SOURCES: list[tuple[re.Pattern[str], Promise]] = [
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in [
        (
            r"pd-?l1|mutation|her2|egfr|\balk\b|brca|msi|biomarker|amplif|fusion|express",
            gettext_lazy("The report of the tests on your tumor"),
        ),
        (r"histolog|patholog|cytolog|biops|tissue", gettext_lazy("Your pathology report")),
        (
            r"bilirubin|creatinine|h(a)?emoglobin|platelet|neutrophil|organ function|laborator|"
            r"\bast\b|\balt\b|\binr\b|lymphocyte count",
            gettext_lazy("Your last blood tests"),
        ),
        (r"measur|recist|lesion|metasta|imaging|\bmri\b|\bct\b", gettext_lazy("Your last scan")),
        (r"ecog|karnofsky|performance status|life expectancy", gettext_lazy("Your doctor")),
        (
            r"prior|previous|received|refractory|relapse|progress|therapy|treatment",
            gettext_lazy("The list of your treatments so far"),
        ),
        (r"pregnan|breast-?feed|lactat|contracept|childbearing", gettext_lazy("You know this")),
        (
            r"hiv|hepatitis|infection|tubercul|autoimmun|heart|cardi|transplant",
            gettext_lazy("Your medical record, or your doctor"),
        ),
    ]
]
TEAM = gettext_lazy("The team of the trial")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition, and where its answer is found. Registry words are English."""

    text: str
    source: str
    is_english: bool = True


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions that must be met, or must not be; ``kind`` as in the record's sections."""

    kind: str
    title: str
    conditions: list[Condition]


def fit_groups(trial: Trial) -> list[Group]:
    """Return the conditions of a trial: age and sex from their own fields, then the record's."""
    known = _("You know this")
    first = [Condition(_("Age: %(age)s") % {"age": age_range(trial)}, known, is_english=False)]
    if trial.sex in (Sex.FEMALE, Sex.MALE):
        label = _("Sex: %(sex)s") % {"sex": label_of(Sex, trial.sex)}
        first.append(Condition(label, known, is_english=False))
    groups = [Group("inclusion", _("Age and sex"), first)]
    titles = {
        "inclusion": _("People can join if this is true"),
        "exclusion": _("People cannot join if this is true"),
        "other": _("Other conditions"),
    }
    for section in parse_criteria(trial.criteria):
        conditions = [Condition(text, source_of(text)) for text in _texts(section)]
        if conditions:
            groups.append(Group(section.kind, titles[section.kind], conditions))
    return groups


def source_of(text: str) -> str:
    """Return where the answer to a condition is found."""
    for pattern, words in SOURCES:
        if pattern.search(text):
            return str(words)
    return str(TEAM)


def _texts(section: Section) -> Iterator[str]:
    """Yield each condition with what introduces it and all that stands below it."""
    for block in section.blocks:
        if block.items:
            lead = f"{block.text.strip()}\n" if block.text.strip() else ""
            yield from (f"{lead}{_words(item)}" for item in block.items)
        elif block.text.strip():
            yield block.text


def _words(item: Item) -> str:
    return "\n".join([item.text, *(f"– {_words(part)}" for part in item.items)])
