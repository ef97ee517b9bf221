"""Numbers that stand where a dose stands: what must be found, and what must never be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from education.doses import doses_without_unit

MEDICINES = ["pembrolizumab", "Keytruda", "nivolumab"]
UNITS = [
    "mg",
    "mcg",
    "mL",
    "milligrams",
    "grams",
    "units",
    "tablets",
    "pills",
    "puffs",
    "comprimidos",
]
NUMBERS = st.integers(1, 1500)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Take 2 of these every day.", "Take 2 of"),
        ("Take up to 8 of them in one day.", "Take up to 8 of"),
        ("Take 1 to 2 every morning.", "Take 1 to 2 every"),
        ("Take 2 twice a day.", "Take 2 twice"),
        ("Take 2 ibuprofen.", "Take 2 ibuprofen"),
        ("You get 200 pembrolizumab.", "200 pembrolizumab"),
        ("Keytruda 200 every 3 weeks is usual.", "Keytruda 200 every"),
        ("You start with a dose of 40.", "dose of 40"),
        ("Tome 2 de estas cada día.", "Tome 2 de"),
        ("Ibuprofeno 400 cada 8 horas.", "Ibuprofeno 400 cada"),
        ("Empieza con una dosis de 40 al día.", "dosis de 40 al día"),
    ],
)
def test_dose_without_unit__is_found(text: str, words: str) -> None:
    assert doses_without_unit(text, MEDICINES) == [words]


@pytest.mark.parametrize(
    "text",
    [
        "Take 2 of these tablets.",
        "Take 400 mg of ibuprofen every 8 hours.",
        "Pembrolizumab 200 mg every 3 weeks.",
        "The treatment can take 2 weeks.",
        "It takes 1 of 3 forms.",
        "You are 65 and take nivolumab.",
        "People of 18 to 75 take nivolumab.",
        "In 2014 pembrolizumab was approved.",
        "Pembrolizumab, 2014.",
        "On November 3, nivolumab was stopped.",
        "A phase 3 pembrolizumab trial.",
        "In stage 4 Keytruda may help.",
        "You get 12 nivolumab infusions.",
        "There were 3 pembrolizumab trials.",
        "Call 555-0100 pembrolizumab line.",
        "Call (713) 555-0100 nivolumab line.",
        "PD-1 nivolumab.",
        "Our 24/7 pembrolizumab line.",
        "Un ensayo de fase 3 nivolumab.",
        "Puede durar 2 semanas.",
        "Fever of 100.4 °F (38 °C) after nivolumab.",
        "Take 5 minutes to rest.",
    ],
)
def test_other_number__is_no_dose(text: str) -> None:
    assert doses_without_unit(text, MEDICINES) == []


@given(NUMBERS, st.sampled_from(UNITS))
def test_unit__makes_it_a_whole_dose(number: int, unit: str) -> None:
    assert doses_without_unit(f"Take {number} {unit} of ibuprofen every day.", MEDICINES) == []
    assert doses_without_unit(f"Pembrolizumab {number} {unit} every 3 weeks.", MEDICINES) == []


@given(NUMBERS)
def test_number_alone__is_found_whatever_it_is(number: int) -> None:
    assert doses_without_unit(f"Take {number} of it.", MEDICINES) == [f"Take {number} of"]


@given(NUMBERS, st.sampled_from(["weeks", "days", "hours", "months", "years", "visits", "minutes"]))
def test_time__is_no_dose(number: int, time: str) -> None:
    assert doses_without_unit(f"It can take {number} {time}.", MEDICINES) == []
    assert doses_without_unit(f"Nivolumab lasts {number} {time}.", MEDICINES) == []


@given(st.integers(100, 999), st.integers(0, 9999))
def test_phone_number__is_no_dose(exchange: int, line: int) -> None:
    text = f"Call {exchange}-{line:04} nivolumab nurses, day or night."
    assert doses_without_unit(text, MEDICINES) == []


@given(st.text(alphabet="takeofmg 0123456789.,()/-é pembrolizumab", max_size=80))
def test_words__are_always_of_the_text(text: str) -> None:
    assert all(words and words in text for words in doses_without_unit(text, MEDICINES))
