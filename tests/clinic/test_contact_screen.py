"""Comments that could tell who wrote them are found before they are stored."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.contact_screen import tells_who


@pytest.mark.parametrize(
    "text",
    [
        "Write to ana@example.org please",
        "ana [at] example.org",
        "find me @ana_rivera",
        "Call 555-010-1234",
        "(206) 555 0142",
        "206.555.0142",
        "＋１ ２０６ ５５５ ０１４２",
        "206\u200b5550142",
        "my record is 00123456",
        "born 03/12/1960",
        "My name is Ana Rivera",
        "my name’s Ana",
        "I am Mrs. Rivera",
        "Me llamo Ana",
        "mi nombre es Ana",
        "soy la señora Rivera",
        "Please call me tomorrow",
        "llámenme mañana",
        "mi teléfono no funciona",
        "www.buy-now.com",
        "https://example.org/x",
        "I live at 12 Long Oak Street",
        "Vivo en la calle Hidalgo, número 12",
    ],
)
def test_what_tells_who__is_found(text: str) -> None:
    assert tells_who(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Too long, and I did not find when to call.",
        "The part about 2 or 3 weeks helped me.",
        "Grade 3, 200 mg every 3 weeks, up to 24 months: what does it mean?",
        "My fever was 101.5 °F and nobody said what to do.",
        "PD-1 and CTLA-4 are mixed up in the drawing.",
        "La página es muy larga. ¿Qué es un anticuerpo?",
        "Who do I call at night?",
    ],
)
def test_plain_words__pass(text: str) -> None:
    assert not tells_who(text)


@given(
    before=st.text(max_size=40),
    digits=st.lists(st.sampled_from("0123456789"), min_size=7, max_size=15),
    joint=st.sampled_from(["", " ", "-", ".", "/", ") ", " - "]),
)
def test_long_numbers__are_found_however_they_are_written(
    before: str, digits: list[str], joint: str
) -> None:
    assert tells_who(f"{before} {joint.join(digits)} after")


@given(text=st.text(max_size=600))
def test_any_text__gets_an_answer(text: str) -> None:
    assert tells_who(text) in {True, False}
