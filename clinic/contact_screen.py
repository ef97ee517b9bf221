"""Finds in a few lines what could tell who wrote them, or how to reach them.

Errs on the side of finding: whoever is asked once too often to leave out a number loses a second,
whoever is stored by mistake loses their privacy.
"""

import re
import unicodedata

# Separators inside phone numbers, dates of birth and record numbers.
_DIGITS_IN_A_ROW = 6
_NUMBER = re.compile(r"\d(?:[\s().,/+–-]{0,3}\d)+")
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\S@\S|@\w{2,}|\S\s*[\[(]\s*(?:at|arroba)\s*[\])]\s*\S",
        r"\b(?:https?:|www\.)|\b[\w-]+\.(?:com|org|net|edu|gov|info|mx|es)\b",
        r"\bmy (?:full )?name(?:'s|’s| is)\b|\bname is\b",
        r"\b(?:i am|i'm|i’m|this is) (?:mr|mrs|ms|miss|dr)\b",
        r"\b(?:me llamo|mi nombre|se llama|mi apellido)\b",
        r"\b(?:soy|habla) (?:el|la) (?:señor|señora|sr|sra|dr|dra|doctor|doctora)\b",
        r"\b(?:call|text|phone|reach|write to|email|e-mail|contact) me\b",
        r"\b(?:ll[aá]m[ae]n?me|escr[ií]b[ae]n?me|cont[aá]ct[ae]n?me)\b",
        r"\bmi (?:correo|tel[eé]fono|celular|direcci[oó]n|expediente)\b",
        r"\bmy (?:e-?mail|phone|cell|address|number|mrn|date of birth|birthday)\b",
        r"\b(?:date of birth|dob|mrn|ssn|fecha de nacimiento)\b",
        r"\b\d+\s+(?:\w+\s+){1,3}(?:street|st|avenue|ave|road|rd|drive|dr|lane|ln|blvd)\b",
        r"\b(?:calle|avenida|colonia)\s+\w+.{0,20}\d",
    )
)


def tells_who(text: str) -> bool:
    """Return whether the text seems to hold a name, a number, an address or a way to reach."""
    plain = unicodedata.normalize("NFKC", text)
    # Invisible letters would split what the eye reads as one.
    plain = "".join(char for char in plain if unicodedata.category(char) != "Cf")
    if any(pattern.search(plain) for pattern in _PATTERNS):
        return True
    numbers = (sum(char.isdigit() for char in found[0]) for found in _NUMBER.finditer(plain))
    return any(digits >= _DIGITS_IN_A_ROW for digits in numbers)
