"""Filters that shorten words for readers."""

import pytest

from clinic.templatetags.clinic_tags import first_sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Call us the same day. It is not common.", "Call us the same day."),
        ("Do you have a fever? Call us.", "Do you have a fever?"),
        ("Dr. Okafor plans treatment. He draws.", "Dr. Okafor plans treatment."),
        ("A fever of 100.4 °F counts. Call.", "A fever of 100.4 °F counts."),
        ("Llame hoy. ¿Tiene fiebre?", "Llame hoy."),
        ("It works (in some people). Ask us.", "It works (in some people)."),
        ("Only one sentence.", "Only one sentence."),
        ("No stop at all", "No stop at all"),
        ("", ""),
    ],
)
def test_first_sentence__ends_at_its_stop(text: str, expected: str) -> None:
    assert first_sentence(text) == expected
