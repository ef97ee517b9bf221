"""Reading levels: the published formula, its ingredients, and what must always hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from education.readability import Reading, hardest_sentences, measure, split_sentences
from education.syllables import count_syllables

# Counted by hand with a pronouncing dictionary at hand.
SYLLABLES = {
    1: """
        age asked blamed blocked blood blue bone breath breathe breathes bruise build called cause
        cell cells change changed chills clothes does done dose dried eye eyes field file fire
        freed friend fruit gene genes give goes gone guard guide have helped here home homes hour
        hours juice jumped league live lives lungs male marked matched mile miles more named nose
        nurse once one our planned played prayer queue quick rash role rule rules safe score shoes
        showed side sleep slowed smile stayed suit there these those time times toes trained tried
        tries true used vague wake watched where while whole whose
    """,
    2: """
        able about above ages aging agreed alive anxious apple attached before being believe
        beyond bias bodies body boxes breathing bruises building cancer cancers careful causes
        changes changing chaos checkpoint chosen cities client closely confused consent couple
        create creature cruel daily desire dial diet disease doctor doing doses easy eating effect
        effects ended english entire equal every fatigue female fever flower fluent fluid flying
        frequent frozen fuel giant given giving going guided handled happen happened headache
        healthy higher hopeful hormone hormones hurried hybrid immune ion itching junior kidney
        kidneys knowing language lawyer layer leopard lifetime likely lion listen little liver
        lonely loses lower mammal marriage marrow million movement muscle muscles needed needle
        needles neon nervous nurses ocean often open opened organ partial patience patient
        patients people pigeon places player poem poet power precious prior prism protein proteins
        question questions quiet random react really region rely require required requires review
        reviewed riot rises ruin safely safety sample samples saying science seeing senior
        sentence series settled seven simple sleepy social someone sometimes spanish special
        species statement stomach studied studies study surgeon surgeons system table tables
        tailored taken thyroid tissue tissues treated treatment treatments trial trials trouble
        troubled trying tumor tumors uncle union useful uses vaccine vaccines value virus waited
        watches weakened weekly whistle wishes worried
    """,
    3: """
        actual allergic ambulance annual antigen anyone appointment area areas audience behavior
        calcium calendar capable carrying chimeric clinical colitis confusion continue created
        cytokine cytokines dangerous decided delicious denial diagnose diseases easier efficient
        element eleven embryo employer equipment example examples family genuine gradual guarantee
        hospital idea implement infection influence infusion initial injection insurance languages
        lymphocyte lymphoma management manual medical medicine medium molecule museum obvious
        opinion period piety placebo platypus pneumonia possible previous quality radio randomly
        rapidly ratio reaction receptor receptors related religion sarcoma seemingly serious
        several studio surgeries surgery theater theory therapies therapy triangle usual various
        video violent violin viruses warrior
    """,
    4: """
        altogether antibodies antibody anxiety associate bacteria biologic biology bispecific
        continuous convenient diagnosis dialysis diarrhea education emergency evaluate experience
        experienced explanation hepatitis immediate immunity information ingredient inhibitor
        inhibitors interferon interleukin interpreter intravenous isolated leukemia material
        mechanism melanoma monoclonal myeloma nivolumab obedient oncolytic organism pneumonitis
        priority radiation reality society usually variety
    """,
    5: """
        biological chemotherapy evaluation individual ipilimumab myocarditis pembrolizumab
        subcutaneous
    """,
    6: """
        immunotherapy
    """,
}


class TestSyllables:
    def test_count__word_list(self) -> None:
        expected = {word: n for n, words in SYLLABLES.items() for word in words.split()}
        wrong = {word for word, n in expected.items() if count_syllables(word) != n}
        assert len(wrong) <= len(expected) // 100, wrong

    @pytest.mark.parametrize(
        ("word", "syllables"),
        [("DNA", 3), ("CAR", 1), ("side-effect", 3), ("2011", 4), ("don't", 1)],
    )
    def test_count__abbreviations_hyphens_and_digits(self, word: str, syllables: int) -> None:
        assert count_syllables(word) == syllables

    @given(st.text(max_size=40))
    def test_count__is_at_least_one(self, word: str) -> None:
        assert count_syllables(word) >= 1


class TestFormula:
    """Published worked examples, with the counts that their authors give."""

    def test_grade__platypus_sentence(self) -> None:
        assert round(Reading(words=13, sentences=1, syllables=24).grade, 1) == 11.3

    def test_grade__green_eggs_and_ham(self) -> None:
        # 5.7 words per sentence and 1.02 syllables per word are printed as grade -1.3.
        assert round(Reading(words=570, sentences=100, syllables=581).grade, 1) == -1.3

    def test_grade__lowest_possible(self) -> None:
        assert round(Reading(words=1, sentences=1, syllables=1).grade, 2) == -3.40

    def test_measure__counts_a_plain_text(self) -> None:
        reading = measure("The cat sat on the mat. It purred.")
        assert reading == Reading(words=8, sentences=2, syllables=8)

    def test_measure__empty_text_has_no_grade(self) -> None:
        assert measure(" \n ").grade == 0
        assert measure("").mean_sentence_length == 0


class TestSentences:
    @pytest.mark.parametrize(
        ("text", "count"),
        [
            ("Call us. We answer.", 2),
            ("Dr. Lee calls. She is kind.", 2),
            ("A fever of 100.4 or more is urgent.", 1),
            ("Give it in the U.S. and at home.", 1),
            ("Is it safe? Yes! Ask us.", 3),
            ("A heading\nA text under it.", 2),
            ("She said, “Call me.” Then she left.", 2),
        ],
    )
    def test_split__sentences(self, text: str, count: int) -> None:
        assert len(split_sentences(text)) == count

    @given(st.lists(st.sampled_from(["Cells grow.", "Call us now!", "Is it safe?"]), min_size=1))
    def test_split__finds_every_sentence(self, sentences: list[str]) -> None:
        assert split_sentences(" ".join(sentences)) == sentences

    def test_hardest__first_and_limited(self) -> None:
        text = "We help. Immunological responsiveness deteriorates considerably. Ask us a thing."
        hardest = hardest_sentences(text, count=2)
        assert [sentence.text.split()[0] for sentence in hardest] == ["Immunological", "Ask"]
        assert hardest[0].grade > hardest[1].grade


class TestExempt:
    TEXT = "Pembrolizumab is a checkpoint inhibitor. It helps T cells."

    def test_exempt__lowers_the_grade_and_keeps_the_length(self) -> None:
        plain = measure(self.TEXT)
        exempt = measure(self.TEXT, {"pembrolizumab", "checkpoint inhibitor"})
        assert exempt.grade < plain.grade
        assert exempt.words == plain.words

    def test_exempt__plural_and_case(self) -> None:
        assert measure("Checkpoint Inhibitors help.", {"checkpoint inhibitor"}).syllables == 3

    def test_exempt__not_inside_other_words(self) -> None:
        assert measure("Carefully.", {"care"}).syllables == measure("Carefully.").syllables

    @given(st.text(max_size=200), st.sets(st.text(max_size=12), max_size=4))
    def test_exempt__never_raises_the_grade(self, text: str, terms: set[str]) -> None:
        assert measure(text, terms).grade <= measure(text).grade + 1e-9


@given(st.text(max_size=300))
def test_measure__any_text(text: str) -> None:
    reading = measure(text)
    assert reading.syllables >= reading.words >= reading.sentences >= 0


@given(st.text(alphabet="abc efg. ", max_size=120))
def test_measure__twice_the_text_has_the_same_grade(text: str) -> None:
    assert measure(f"{text}\n{text}").grade == pytest.approx(measure(text).grade)
