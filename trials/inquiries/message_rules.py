"""What keeps a message to senders from going out, as sentences for who writes it."""

from django.utils.translation import gettext as _

from education.models import Biomarker, CancerType, Synonym, TherapyType
from trials.inquiries.message_keys import IN_SUBJECTS, PLACEHOLDERS, MessageKey
from trials.inquiries.message_text import (
    has_address,
    has_control_character,
    has_stray_brace,
    missing_names,
    unknown_names,
)
from trials.inquiries.neutral_words import telltale_words
from trials.models import Trial

# Only these can be without a value: a clinic may have no phone number in its settings.
OPTIONAL = frozenset({"phone"})


def subject_problems(subject: str) -> list[str]:
    """Return what is wrong with a subject; nothing for a good one."""
    return [
        *_problems(subject, IN_SUBJECTS),
        *([_("A subject is one line.")] if "\n" in subject or "\r" in subject else []),
    ]


def body_problems(key: MessageKey, body: str) -> list[str]:
    """Return what is wrong with the text of a message; nothing for a good one."""
    rule = PLACEHOLDERS[key]
    problems = _problems(body, rule.allowed)
    if missing := missing_names(body, rule.required, optional=OPTIONAL):
        problems.append(
            _("This message needs %(names)s, in a line without {phone}.")
            % {"names": in_braces(missing)}
        )
    return problems


def in_braces(names: list[str]) -> str:
    """Return names as one writes them in a text."""
    return ", ".join(f"{{{name}}}" for name in names)


def _problems(text: str, allowed: frozenset[str]) -> list[str]:
    problems = []
    if unknown := unknown_names(text, allowed):
        problems.append(
            _("%(names)s cannot be put in here. Possible: %(allowed)s.")
            % {"names": in_braces(unknown), "allowed": in_braces(sorted(allowed))}
        )
    if has_stray_brace(text):
        problems.append(_("A brace { or } belongs to no word that can be put in."))
    if has_control_character(text):
        problems.append(_("There is a character in it that cannot be shown. Type the text anew."))
    if has_address(text):
        problems.append(_("Write no addresses of websites: {link} leads to the private page."))
    if words := telltale(text):
        problems.append(
            _("Others may see this message. Write it without: %(words)s.")
            % {"words": ", ".join(words)}
        )
    return problems


def telltale(text: str) -> list[str]:
    """Return the words of a text that tell of an illness, a medicine or a trial we know."""
    synonyms = Synonym.objects.values_list("term", "kind")
    abbreviations = {term for term, kind in synonyms if kind == Synonym.Kind.ABBREVIATION}
    terms = {term for term, _kind in synonyms} - abbreviations
    for model in (CancerType, TherapyType, Biomarker):
        for names in model.objects.values_list("name_en", "name_es"):
            terms |= set(names)
    acronyms = Trial.objects.exclude(acronym="").values_list("acronym", flat=True)
    titles = Trial.objects.filter(has_our_site=True).values_list("brief_title", flat=True)
    return telltale_words(text, terms | set(titles), abbreviations | set(acronyms))
