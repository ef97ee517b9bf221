"""Spanish: syllables by the rules of spelling, and the two published scales."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from education.readability import hardest_sentences, measure, split_sentences
from education.syllables_es import count_syllables

# Divided by the rules of the RAE's Ortografía (2010).
SYLLABLES = {
    1: "sol pie buey vez que quien rey muy hay yo y",
    2: "cáncer día leer búho ahí guerra agua ciudad biopsia fiebre riñón lengua aire país oír",
    3: "célula médico poeta caída pingüino ayuda ensayo clínico ahora alcohol vacuna hígado",
    4: "murciélago anticuerpo tratamiento secundario averiguáis europeo cooperar enfermedad",
    5: "quimioterapia inmunitario zoológico medicamentos radioterapia",
    6: "inmunoterapia inmunológico hipotiroidismo",
}


@pytest.mark.parametrize(
    ("word", "expected"), [(word, n) for n, words in SYLLABLES.items() for word in words.split()]
)
def test_syllables__follow_the_spelling(word: str, expected: int) -> None:
    assert count_syllables(word) == expected


def test_syllables__of_letters_digits_and_compounds() -> None:
    assert count_syllables("ADN") == 3
    assert count_syllables("24") == 2
    assert count_syllables("médico-paciente") == 6


@given(st.text(alphabet="abcdefghijlmnñopqrstuvxyzáéíóúü", min_size=1, max_size=12))
def test_syllables__are_at_least_one_and_at_most_the_letters(word: str) -> None:
    assert 1 <= count_syllables(word) <= len(word)


class TestScales:
    # 10 words, 2 sentences, 20 syllables: 2 syllables a word, 5 words a sentence.
    TEXT = "Esta casa roja queda lejos. Mamá come queso fresco siempre."

    def test_ingredients(self) -> None:
        reading = measure(self.TEXT, language="es")
        assert (reading.words, reading.sentences, reading.syllables) == (10, 2, 20)

    def test_fernandez_huerta__as_published(self) -> None:
        ease = measure(self.TEXT, language="es").fernandez_huerta
        assert ease == pytest.approx(206.84 - 60 * 2.0 - 1.02 * 5)

    def test_szigriszt__as_published(self) -> None:
        ease = measure(self.TEXT, language="es").szigriszt
        assert ease == pytest.approx(206.835 - 62.3 * 2.0 - 5)

    def test_longer_sentences__are_harder(self) -> None:
        joined = self.TEXT.replace(". Mamá", " y mamá")
        assert (
            measure(joined, language="es").szigriszt < measure(self.TEXT, language="es").szigriszt
        )

    def test_exempt_terms__do_not_count_as_hard(self) -> None:
        text = "El pembrolizumab ayuda."
        plain = measure(text, language="es")
        assert measure(text, ["pembrolizumab"], language="es").szigriszt > plain.szigriszt

    def test_empty_text__is_easy(self) -> None:
        assert measure("", language="es").szigriszt == 100


def test_sentences__begin_with_spanish_signs() -> None:
    assert split_sentences("Llámenos. ¿Tiene fiebre? Ésta es una señal. Óigala.") == [
        "Llámenos.",
        "¿Tiene fiebre?",
        "Ésta es una señal.",
        "Óigala.",
    ]


def test_hardest_sentences__finds_the_long_one() -> None:
    text = "Sí. La inmunoterapia antineoplásica condiciona complicaciones multisistémicas."
    assert hardest_sentences(text, 1, language="es")[0].text.startswith("La inmunoterapia")
