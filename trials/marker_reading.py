"""Says which biomarkers a trial asks about: it picks or treats people by them. Pure.

The rule, so that "biomarker named" can be trusted:

- Titles, conditions, keywords and interventions count where they name a marker.
- Inclusion criteria count where they ask for it: the marker stands with a word like "positive",
  "mutation", "expression" or "tested". A hospital's lab value or a past infection is no marker.
- "HER2-negative", "EGFR wild type" or "no ALK fusion" does not count: who looks for HER2 has it.
- A class of drugs ("anti-PD-L1 antibody", "EGFR inhibitor") says what was or is given, not what
  the cancer carries; what works only on cells that carry it ("anti-CD19 CAR-T") counts.
- Exclusion criteria never count.
"""

import re
from collections.abc import Iterable, Iterator

from trials.eligibility import Item, Section
from trials.phrase_index import PhraseIndex
from trials.text import TOKEN

# What is said about a marker is looked for this many characters from its name.
BEFORE, AFTER = 120, 60
CLAUSE_END = re.compile(r"[;\n]|\.\s|\bbut\b|\bother than\b", re.IGNORECASE)
POSITIVE = re.compile(
    r"positiv|\+|express|amplif|mutat|mutant|alter|aberrat|rearrang|fusion|translocat|delet|insert"
    r"|\bhigh|\blow\b|deficien|instab|unstable|methylat|score|status|test|assess|confirm|document"
    r"|harbou?r|carry|V600|G12|TPS|CPS|≥|>|-related|-associated|driven|detect|elevat|secret|reactiv",
    re.IGNORECASE,
)
NEGATIVE = re.compile(
    r"negativ|wild[\s-]?type|\bwt\b|non-?mutat|unmutat|non-?amplif|un-?methylat|\bintact\b"
    r"|proficient|\babsen(?:t|ce)|\bexclud|\bis not\b|\bare not\b|\bineligible|^\s?[-−–](?![\w-])",
    re.IGNORECASE,
)
NOT_ASKED = re.compile(r"\bnot (?:required|necessary|mandatory|needed)\b", re.IGNORECASE)
_LEADS_AWAY = r"(?:prior|previous|therap|treat|receiv|progress|surg|(?:for|with|on|to|who)\b)"
# "no", and nothing behind it but words that lead to the marker itself, or a list of markers.
DENIED = re.compile(
    r"(?:\b(?:not|non|neither|nor|except(?: for)?|negative for|wild[\s-]?type(?: for)?)\b"
    rf"(?:[\s,/(-]+(?!{_LEADS_AWAY})[\w+*:.-]+){{0,4}}"
    r"|\b(?:no|without|absence of|lack(?:ing)?(?: of)?|free of|excluding"
    r"|(?:regardless|irrespective|independent) of)\b"
    rf"(?:[\s,/(-]+(?!{_LEADS_AWAY})[\w+*:.)-]+){{0,14}})[\s,/(-]*$",
    re.IGNORECASE,
)
DRUG_BEFORE = re.compile(
    r"\banti[\s-]*(?:[\w()-]+\s*(?:/|or|and)\s*(?:anti[\s-]*)?)?$", re.IGNORECASE
)
DRUG_AFTER = re.compile(
    r"^[\s-]*(?:(?!positiv|mutat|express|high|low)[\w()-]+\s)?(?:tyrosine kinase )?(?:inhibit|block"
    r"|antagonist|antibod|mAb\b|TKI|axis|pathway|agent|(?:directed|targeted) (?:therap|agent)"
    r"|therap|PET\b|scan|imag)",
    re.IGNORECASE,
)
# What only works on cells that carry the marker.
AIMED_AT_IT = re.compile(
    r"\bCAR(?:s|T)?\b|chimeric antigen|T[\s-]?cell|\bTCR|bispecific|NK[\s-]cell|conjugate|\bADC\b",
    re.IGNORECASE,
)


def markers_asked(
    named: Iterable[str], sections: Iterable[Section], markers: PhraseIndex
) -> set[int]:
    """Return the ids of the markers that the texts name or the inclusion criteria ask for."""
    asked = {marker for text in named for marker in _asked_in(text, markers, by_name=True)}
    for section in sections:
        if section.kind == "inclusion":
            for text in _texts(section):
                asked.update(_asked_in(text, markers, by_name=False))
    return asked


def _texts(section: Section) -> Iterator[str]:
    """Yield each criterion of a section; those below another stand for themselves."""
    for block in section.blocks:
        yield block.text
        waiting: list[Item] = list(block.items)
        while waiting:
            item = waiting.pop()
            yield item.text
            waiting += item.items


def _asked_in(text: str, markers: PhraseIndex, *, by_name: bool) -> Iterator[int]:
    tokens: list[re.Match[str]] = []
    for found in markers.find(text):
        tokens = tokens or list(TOKEN.finditer(text))
        start = tokens[found.first].start()
        end = tokens[found.first + found.length - 1].end()
        if _is_asked(text, start, end, by_name=by_name):
            yield found.concept.id


def _is_asked(text: str, start: int, end: int, *, by_name: bool) -> bool:
    before = CLAUSE_END.split(text[max(0, start - BEFORE) : start])[-1]
    after = CLAUSE_END.split(text[end : end + AFTER])[0]
    if DENIED.search(before) or NOT_ASKED.search(after):
        return False
    is_drug = DRUG_BEFORE.search(before) or DRUG_AFTER.match(after)
    if is_drug and not AIMED_AT_IT.search(after):
        return False
    itself = POSITIVE.search(text[start:end])
    positive, negative = POSITIVE.search(after), NEGATIVE.search(after)
    if negative and not (positive and positive.start() < negative.start()):
        return itself is not None
    return by_name or bool(itself or positive or POSITIVE.search(before))
