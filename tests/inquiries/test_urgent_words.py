import pytest
from hypothesis import given
from hypothesis import strategies as st

from trials.inquiries.urgent_words import has_urgent_words, phrases


@pytest.mark.parametrize(
    "text",
    [
        "I have chest pain",
        "There is a PAIN in my chest",
        "I can't breathe",
        "I can’t  breathe at night",
        "my mother is confused since today",
        "He says he is suicidal",
        "She is bleeding.",
        "fever 104",
        "My temperature is 39.2",
        "temp 102,5 this morning",
        "no chest pain",  # rather once too often
        "Me duele mucho el pecho",
        "me falta el aire",
        "Tengo fiebre de 39",
        "tiene FIEBRE alta",
        "está confundido",
        "quiero morirme",
        "No puedo respirar",
    ],
)
def test_finds(text):
    assert has_urgent_words(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "What would the first visit be like?",
        "I am 104 years old",
        "I had a fever once",
        "Please call after 4 pm, 415 555 0142 ext. 39",
        "My records are at another hospital.",
        "Tengo cáncer de la sangre",
        "Me hicieron un análisis de sangre",
        "¿El tratamiento tiene algún costo para mí?",
        "The room temperature was fine",
    ],
)
def test_lets_pass(text):
    assert not has_urgent_words(text)


@given(st.sampled_from(phrases()), st.text(max_size=30), st.text(max_size=30), st.booleans())
def test_finds__in_any_case_between_any_other_words(phrase, before, after, is_upper):
    words = phrase.replace("*", "").replace("~", "so very")
    words = words.upper() if is_upper else words.title()
    assert has_urgent_words(f"{before} . {words} . {after}")


@given(st.sampled_from(phrases()))
def test_finds__with_accents_on_every_vowel(phrase):
    accented = str.maketrans("aeiou", "áéíóú")
    words = phrase.replace("*", "").replace("~", "so").translate(accented)
    assert has_urgent_words(words)


@given(st.text(alphabet=" \n\t.,;:!?¿¡-_'\"()\u200b\u0301"))
def test_finds__nothing_where_there_are_no_words(text):
    assert not has_urgent_words(text)


@given(st.text(max_size=2000))
def test_reads__whatever_is_typed(text):
    assert has_urgent_words(text) in (True, False)


def test_phrases__are_written_as_texts_are_compared():
    listed = phrases()
    allowed = set("abcdefghijklmnopqrstuvwxyz0123456789 *~")
    assert len(listed) > 120
    assert {phrase for phrase in listed if set(phrase) - allowed} == set()
