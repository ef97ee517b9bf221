"""Says whether a trial wants people before or after their first treatment, where it says so. Pure.

Titles, conditions and inclusion criteria are read. Only plain words count: "chemotherapy-naive"
people may have had another treatment, "newly diagnosed" ones may be in the middle of theirs, and
"up to two prior lines" asks for none. A trial may take both, in groups of their own.
"""

import re
from collections.abc import Iterable

from trials.eligibility import Section, words_of

NOT_YET, BEFORE = "none", "had"

_THERAPY = r"(?:therap\w+|treatments?|regimens?|lines?\b|chemo\w+|immuno\w+|systemic|anti-?cancer)"
_ILL = (
    r"(?:systemic|cancer|oncologic\w*|anti-?(?:cancer|tumou?r|neoplastic|lymphoma|myeloma|leuk\w+))"
)
_PRIOR = r"(?:prior|previous|earlier)"
_SOME = r"(?:≥|>=|at least|a minimum of|minimum of) ?(?:\d|one|two|three|four)\b"
# "at least 4 weeks since" counts time, not treatments.
_NOT_TIME = r"(?!(?:day|week|month|year|hour)s?\b)[\w()/-]+"


def _any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


UNTREATED = _any_of(
    r"\bpreviously[\s-]+un-?treated\b",
    r"(?<!TKI )(?<!inhibitor )(?<!PD-1 )(?<!L1 )\b(?:treatment|therapy)[\s-]+na[iï]ve\b",
    rf"\bna[iï]ve to (?:treatment|therapy|{_ILL})",
    rf"\bno {_PRIOR} (?:lines? of )?(?:{_ILL} )+{_THERAPY}",
    rf"\bno {_PRIOR} (?:therapy|treatment) (?:for|of) (?!brain|cns)",
    r"\b(?:not|never) (?:have )?(?:been )?(?:previously )?(?:received|had|treated|undergone)"
    rf"(?: with)?(?: any)?(?: {_PRIOR})?(?: {_ILL})+ {_THERAPY}",
    r"\b(?:not|never) (?:been )?previously (?:been )?treated\b",
)
TREATED = _any_of(
    r"\brelapsed\b|\brefractory\b|\bR/R\b|\bpre-?treated\b",
    r"(?<!lesions )(?<!lesion )\bpreviously[\s-]treated\b",
    r"\b(?:second|third|later|2nd|3rd)[\s-](?:or (?:later|third|greater)[\s-])?line\b|\b[23]L\b",
    rf"\b(?:failed|failure of|exhausted|intoleran\w+ (?:to|of))\b.{{0,60}}?{_THERAPY}",
    rf"\bprogress\w*\b.{{0,40}}?\b(?:after|on|following|during|despite)\b.{{0,50}}?{_THERAPY}",
    rf"{_SOME}(?: {_NOT_TIME}){{0,3}}? (?:lines?\b|regimens?\b)",
    rf"{_SOME}(?: {_NOT_TIME}){{0,2}}? {_PRIOR}(?: {_NOT_TIME}){{0,3}}? {_THERAPY}",
    rf"\b(?:one|two|three|1|2|3) or more (?:{_PRIOR} )?(?:lines?|{_ILL}|regimens?|therap)",
    r"\b(?:must|should) have (?:previously )?(?:received|been treated|had)"
    rf" (?!(?:an?|the|their)\b).{{0,60}}?{_THERAPY}",
    r"\bno (?:other )?(?:standard|curative|effective|satisfactory|approved|available)(?: \w+){0,3}?"
    r" (?:therap\w+|treatments?|options?)\b.{0,40}?(?:availab|exist|remain|known|left)",
    r"\bstandard (?:\w+ )?(?:therap\w+|treatments?)\b.{0,30}?"
    r"(?:no longer|not |do(?:es)? not|failed|exhausted|ineffective)",
)
# Without one of these no pattern fits: most sentences are told apart by looking for plain words.
HINTS_UNTREATED = ("untreated", "naive", "naïve", "no p", "no e", "not ", "never")
HINTS_TREATED = (
    *("relaps", "refractor", "r/r", "treated", "fail", "exhaust", "intoleran", "progress"),
    *(" line", "-line", "2l", "3l", "regimen", "prior", "previous", "must have", "should have"),
    *("or more", "standard", "no effective", "no available", "no approved", "no curative"),
    *("no satisfactory", "no other"),
)
FIRST_LINE = re.compile(r"\bfirst[\s-]line\b|\b1st[\s-]line\b|\b1L\b", re.IGNORECASE)
NOT_FIRST = re.compile(
    r"\b(?:after|following|fail|progress|maintenance|beyond|resist|refractory|relaps)",
    re.IGNORECASE,
)
# Said of something else.
OF_ANOTHER = re.compile(
    r"\b(?:brain|CNS|leptomeningeal|intracranial)\b.{0,20}metasta", re.IGNORECASE
)
# Said of some people only, or as a limit or a definition.
CONDITION = re.compile(r"\b(?:if|unless)\b", re.IGNORECASE)
LIMIT = re.compile(
    r"\b(?:if|unless|allowed|permitted|no more than|not more than|up to|at most|maximum|≤|must not"
    r"|should not|have not|has not|without|no evidence|not (?:be )?(?:refractory|relaps)\w*|or not"
    r"|ineligible|not eligible|excluded|defined as)\b",
    re.IGNORECASE,
)
SENTENCE = re.compile(r"[;\n]|\.\s")


def prior_treatment(titles: Iterable[str], sections: Iterable[Section]) -> set[str]:
    """Return ``NOT_YET``, ``BEFORE``, both or none of them: whom the trial says that it takes."""
    found: set[str] = set()
    for title in titles:
        found |= _said_in(title)
        if FIRST_LINE.search(title) and not NOT_FIRST.search(title):
            found.add(NOT_YET)
    texts = [
        text for section in sections if section.kind == "inclusion" for text in words_of([section])
    ]
    lowered = "\n".join(texts).lower()
    # Of the plain words few stand in one trial, and in few of its criteria.
    untreated = [hint for hint in HINTS_UNTREATED if hint in lowered]
    treated = [hint for hint in HINTS_TREATED if hint in lowered]
    for text in texts:
        said = text.lower()
        if any(hint in said for hint in (*untreated, *treated)):
            for sentence in SENTENCE.split(text):
                found |= _said_in(sentence, untreated, treated)
    return found


def _said_in(
    sentence: str,
    hints_untreated: Iterable[str] = HINTS_UNTREATED,
    hints_treated: Iterable[str] = HINTS_TREATED,
) -> set[str]:
    lowered = sentence.lower()
    said = set()
    if any(hint in lowered for hint in hints_untreated):
        untreated = UNTREATED.search(sentence)
        if untreated and not CONDITION.search(sentence, 0, untreated.start()):
            said.add(NOT_YET)
    may_say = any(hint in lowered for hint in hints_treated)
    if may_say and TREATED.search(sentence) and not LIMIT.search(sentence):
        said.add(BEFORE)
    return said if said and not OF_ANOTHER.search(sentence) else set()
