"""Searches as people type them, on the real records, with the vocabularies of the seed."""

import json
import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from education import query_words
from education.vocabulary_seed import load_vocabulary
from tests.trials.factories import make_study, sync_studies
from tests.trials.registry_files import RECORDS, needs_registry
from trials import search_documents
from trials.models import Trial, TrialCancerType
from trials.open_to_many import open_to_many
from trials.registry.files import read_files
from trials.registry.sync import sync
from trials.search import TrialSearch
from trials.search_query import read_query
from trials.spelling import as_meant
from trials.typed_words import SPREAD, Typed, read_typed
from trials.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db

# What people type, and the medical term whose trials it must find too (evidence, table B).
FROZEN = [
    ("NSCLC", "non small cell lung cancer"),
    ("lung cancer non-small", "non small cell lung cancer"),
    ("non small cell lung cancer", "NSCLC"),
    ("secondary breast cancer", "metastatic breast cancer"),
    ("stage 4 breast cancer", "metastatic breast cancer"),
    ("advanced breast cancer", "metastatic breast cancer"),
    ("womb cancer", "endometrial cancer"),
    ("uterine cancer", "endometrial cancer"),
    ("kidney cancer", "renal cell carcinoma"),
    ("RCC", "renal cell carcinoma"),
    ("skin cancer melanoma", "melanoma"),
    ("Keytruda", "pembrolizumab"),
    ("CAR-T", "chimeric antigen receptor"),
    ("CAR T", "chimeric antigen receptor"),
    ("PD1", "anti-PD-1"),
    ("PD-1", "anti-PD-1"),
    ("tumour", "tumor"),
    ("melenoma", "melanoma"),
    ("pembrolizamab", "pembrolizumab"),
    ("lymfoma", "lymphoma"),
    ("imunotherapy", "immunotherapy"),
    ("cáncer de pulmón", "lung cancer"),
    ("inmunoterapia", "immunotherapy"),
    ("stage 4 lung cancer", "metastatic lung cancer"),
    ("stage IV melanoma", "metastatic melanoma"),
]
SPANISH = {"cáncer de pulmón", "inmunoterapia"}
# More of what people type, and the words that find the same trials, no more and no fewer.
SAME = [
    ("N.S.C.L.C.", "NSCLC"),
    ("nsclc", "NSCLC"),
    ("non-small-cell lung carcinoma", "NSCLC"),
    ("lungs cancer", "lung cancer"),
    ("cancer of the lung", "lung cancer"),
    ("trials for lung cancer", "lung cancer"),
    ("clinical trials near me lung cancer", "lung cancer"),
    ("I have lung cancer", "lung cancer"),
    ("my mother has pancreatic cancer", "pancreatic cancer"),
    ("late stage lung cancer", "advanced lung cancer"),
    ("terminal lung cancer", "stage 4 lung cancer"),
    ("stage four lung cancer", "stage 4 lung cancer"),
    ("stage III breast cancer", "stage 3 breast cancer"),
    ("stage two lung cancer", "stage II lung cancer"),
    ("etapa 2 lung cancer", "stage 2 lung cancer"),
    ("breats cancer", "breast cancer"),
    ("TNBC", "triple-negative breast cancer"),
    ("bowel cancer", "colorectal cancer"),
    ("crc", "colorectal cancer"),
    ("food pipe cancer", "oesophageal cancer"),
    ("stomach cancer", "gastric cancer"),
    ("HCC", "hepatocellular carcinoma"),
    ("brain tumour", "brain cancer"),
    ("GBM", "glioblastoma multiforme"),
    ("prostrate cancer", "prostate cancer"),
    ("HNSCC", "head and neck squamous cell carcinoma"),
    ("hodgkins lymphoma", "Hodgkin's lymphoma"),
    ("NHL", "non-Hodgkin lymphoma"),
    ("leukaemia", "leukemia"),
    ("kids cancer", "childhood cancer"),
    ("paediatric leukaemia", "children leukemia"),
    ("opdivo", "nivolumab"),
    ("yervoy", "ipilimumab"),
    ("Imfinzi", "durvalumab"),
    ("ketruda", "pembrolizumab"),
    ("keytruda lung cancer", "pembrolizumab lung cancer"),
    ("immune therapy", "immunotherapy"),
    ("immuno-therapy", "immunotherapy"),
    ("check point inhibitor", "checkpoint inhibitor"),
    ("cart cell", "CAR-T"),
    ("pdl1", "PD-L1"),
    ("PD L1", "PD-L1"),
]
SAME_IN_SPANISH = [
    ("cáncer de mama", "breast cancer"),
    ("cancer de mama", "breast cancer"),
    ("cáncer de próstata", "prostate cancer"),
    ("cáncer de riñón", "kidney cancer"),
    ("cáncer de estómago", "gastric cancer"),
    ("tumor cerebral", "brain tumor"),
    ("leucemia infantil", "pediatric leukemia"),
    ("linfoma", "lymphoma"),
    ("mieloma múltiple", "multiple myeloma"),
    ("melanoma metastásico", "metastatic melanoma"),
    ("melanoma avanzado", "advanced melanoma"),
    ("células T con CAR", "CAR-T"),
    ("vacuna contra el cáncer", "cancer vaccine"),
    ("inmunoterapia para cáncer de pulmón", "immunotherapy lung cancer"),
    ("ensayos clínicos de cáncer de pulmón", "lung cancer"),
    ("tengo cáncer de mama", "breast cancer"),
]


def search(words, language="en", **parameters):
    query_words.forget()
    vocabulary = Vocabulary.load()
    address = QueryDict(mutable=True)
    address.update({"q": words, **parameters})
    return TrialSearch(read_query(address, vocabulary), vocabulary, language)


def found(words, language="en", **parameters):
    """Return the NCT ids that a search shows, spelled as it was meant."""
    searched = search(words, language, **parameters)
    trials = searched.trials(limit=5000)
    if not trials:
        meant = as_meant(searched, Vocabulary.load())
        trials = meant.trials(limit=5000) if meant else []
    return {trial.nct_id for trial in trials}


class TestReading:
    pytestmark: list = []

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("melanoma -uveal", Typed("melanoma", (), ("uveal",))),
            ('melanoma -"stage 2" pd-1', Typed("melanoma pd-1", (), ("stage 2",))),
            ('"triple negative" breast', Typed("breast", ("triple negative",))),
            ("“cáncer de mama”", Typed("", ("cáncer de mama",))),
            ("«cáncer»", Typed("", ("cáncer",))),
            ("anti-PD -1 x", Typed("anti-PD -1 x")),
            ('an "open quote', Typed('an "open quote')),
            ("-", Typed("-")),
        ],
    )
    def test_typed(self, text, expected):
        assert read_typed(text) == expected

    @given(st.text(max_size=80))
    def test_any_text_is_read_and_no_word_is_invented(self, text):
        typed = read_typed(text)
        for part in (typed.words, *typed.phrases, *typed.excluded):
            assert set(part.split()) <= set(text.split()) | set(part.split())
            assert all(word in text for word in part.split())

    @pytest.mark.parametrize(
        "text",
        [
            "stage 4",
            "Stage IV",
            "stage four",
            "metastasized",
            "etapa 4",
            "avanzado",
            "metastásico",
            "metástasis",
            "metastasis",
        ],
    )
    def test_spread(self, text):
        assert SPREAD.fullmatch(text)

    @pytest.mark.parametrize(
        "text",
        [
            "stage 3",
            "stage 40",
            "stage",
            "advance",
            "locally advanced",
            "Locally-Advanced",
            "localmente avanzado",
            "non-metastatic",
            "not metastatic",
            "no metastásico",
            "has not spread",
        ],
    )
    def test_no_spread(self, text):
        assert not SPREAD.search(text)


def study(number, title, *conditions):
    return make_study(
        f"NCT9999000{number}",
        identificationModule={"briefTitle": title, "officialTitle": None},
        conditionsModule={"conditions": list(conditions), "keywords": []},
        descriptionModule={"briefSummary": "A study."},
    )


@pytest.fixture
def few(clinic):
    load_vocabulary()
    sync_studies(
        study(1, "A drug in metastatic melanoma", "Melanoma"),
        study(2, "A vaccine in uveal melanoma", "Uveal Melanoma"),
        study(3, "A drug in any tumor", "Advanced Solid Tumor"),
        study(4, "A cell therapy", "Hematologic Malignancy"),
        study(5, "Stage IV lung cancer and more", "Lung Cancer"),
        study(6, "Leukemia with a drug", "Acute Myeloid Leukemia"),
        study(7, "A trial in lymphoma and solid tumors", "Lymphoma", "Solid Tumor"),
    )


class TestTyped:
    @pytest.mark.parametrize(
        ("words", "numbers"),
        [
            ("melanoma", "12"),
            ("melanoma -uveal", "1"),
            ("melanoma not uveal melanoma", "1"),
            ("melanoma NOT vaccine", "1"),
            ("melanoma sin melanoma uveal", "1"),
            ('"in uveal melanoma"', "2"),
            ('"vaccine uveal"', ""),
            ("stage 4 melanoma", "1"),
            ("metastatic lung cancer", "5"),
            ("secondary lung cancer", "5"),
            ("melenoma", "12"),
            ("leukaemia", "6"),
            ("locally advanced melanoma", ""),
            ("non-metastatic melanoma", "12"),
            ("blood cancer", "467"),
            ("-melanoma", "34567"),
            ("melanoma -drug", "2"),
            ("melanoma not vaccine", "1"),
            ("melanoma sin vacuna", "1"),
            ("trials about melanoma near me", "12"),
            ("clinical trials", "1234567"),
            ("NCT 99990002", "2"),
            ("nct99990002", "2"),
            ("99990002", "2"),
            ("NCT-9999 0002", "2"),
            ("ClinicalTrials.gov NCT99990002.", "2"),
        ],
    )
    def test_which_trials_are_found(self, few, words, numbers):
        assert {key[-1] for key in found(words)} == set(numbers)

    @pytest.mark.parametrize(
        ("words", "groups"),
        [
            ("melanoma", {"solid-tumors": 2}),
            ("chordoma", {"solid-tumors": 2}),
            ("strangeoma", {"solid-tumors": 2}),
            ("leukemia", {"blood-cancers": 1}),
            ("lymphoma", {"blood-cancers": 1}),
            ("solid tumor", {}),
            ("blood cancer", {}),
            ("cancer", {}),
            ("vaccine", {}),
            ("melanoma vaccine", {}),
        ],
    )
    def test_open_to_many_is_a_group_of_its_own(self, few, words, groups):
        vocabulary = Vocabulary.load()
        shown = open_to_many(search(words), vocabulary)
        assert {group.slug: group.count for group in shown} == groups

    @pytest.mark.parametrize(
        ("words", "numbers"),
        [
            ("lung -small", "2"),
            ('lung -"small cell"', "2"),
            ("lung cancer not small cell lung cancer", "2"),
            ("lung cancer", "12"),
            ("stage 3 lung", "1"),
            ("stage III lung", "1"),
            ("stage 2 lung", ""),
            ("early stage lung", "2"),
        ],
    )
    def test_what_is_not_small_stays_and_stages_are_read(self, clinic, words, numbers):
        load_vocabulary()
        sync_studies(
            study(1, "Stage IIIB lung cancer", "Small Cell Lung Cancer"),
            study(2, "Early lung cancer", "Non-Small Cell Lung Cancer"),
        )
        assert {key[-1] for key in found(words)} == set(numbers)

    def test_another_spelling_is_offered_beside_the_little_that_was_found(self, clinic, client):
        load_vocabulary()
        sync_studies(
            study(1, "A study in Brest", "Lung Cancer"),
            *(study(number, "A drug", "Breast Cancer") for number in range(2, 9)),
        )
        page = client.get("/en/trials/?q=brest&sort=title").content.decode()
        assert 'Did you mean: <a href="?q=breast&amp;sort=title">breast</a>?' in page
        assert "/en/trials/NCT99990001/" in page
        assert "Did you mean" not in client.get("/en/trials/?q=breast").content.decode()

    def test_secondary_is_spread_of_solid_cancers_only(self, few):
        said = {also.said for also in search("secondary acute myeloid leukemia").also_searched}
        assert "secondary" not in said
        assert "secondary" in {also.said for also in search("secondary lung cancer").also_searched}

    def test_open_to_many_keeps_the_other_filters(self, few):
        vocabulary = Vocabulary.load()
        Trial.objects.filter(nct_id="NCT99990003").update(status="COMPLETED")
        chosen = search("", condition="melanoma", status="recruiting")
        [group] = open_to_many(chosen, vocabulary)
        assert (group.slug, group.count) == ("solid-tumors", 2)
        assert {trial.nct_id[-1] for trial in group.trials} == {"3", "7"}

    @pytest.mark.parametrize(
        ("asked", "words", "group", "others"),
        [
            ({"q": "melanoma vaccine"}, "vaccine", "34567", "2"),
            ({"q": "uveal melanoma vaccine -drug"}, "vaccine", "234567", ""),
            ({"q": "vaccine", "condition": "melanoma"}, "vaccine", "34567", "2"),
            ({"q": "strangeoma"}, "", "2345678", ""),
        ],
    )
    def test_the_list_of_all_keeps_the_search(self, clinic, client, asked, words, group, others):
        """It holds each trial of the group, and ``others`` that the search itself shows."""
        load_vocabulary()
        sync_studies(
            study(1, "A vaccine in uveal melanoma", "Uveal Melanoma"),
            study(2, "A vaccine in melanoma and more", "Melanoma", "Solid Tumor"),
            *(study(n, "A vaccine in any tumor", "Solid Tumors") for n in range(3, 8)),
            study(8, "A drug in any tumor", "Advanced Solid Tumor"),
            study(9, "A vaccine in any tumor", "Advanced Solid Tumor"),
        )
        Trial.objects.filter(nct_id="NCT99990009").update(status="COMPLETED")
        search_documents.refresh(Trial.objects.values_list("pk", flat=True), Vocabulary.load())
        kept = {"status": "recruiting", "age": "40", "sex": "female"}
        kept |= {"zip": "02114", "within": "50", "sort": "title"}
        page = client.get("/en/trials/", {**asked, **kept}).content.decode()
        assert f"Open to many solid cancers: {len(group)} trials" in page
        [link] = re.findall(r'<a href="([^"]+)">See all trials for: Advanced solid tumors<', page)
        parts = urlsplit(unescape(link))
        wanted = {**kept, "condition": "solid-tumors", **({"q": words} if words else {})}
        assert parts.path == "/en/trials/"
        assert dict(parse_qsl(parts.query)) == wanted
        listed = client.get(unescape(link)).context["trials"]
        assert {trial.nct_id[-1] for trial in listed} == {*group, *others}

    def test_the_page_says_what_was_meant_left_out_and_grouped(self, few, client):
        page = client.get("/en/trials/?q=melenoma").content.decode()
        assert "Did you mean “melanoma”?" in page
        assert "Open to many solid cancers: 2 trials" in page
        page = client.get("/en/trials/?q=melanoma+-uveal").content.decode()
        assert "Left out: uveal." in page

    def test_the_api_says_what_was_meant(self, few, client):
        answer = client.get("/api/v1/trials/?q=melenoma").json()
        assert answer["count"] == 2
        assert "melanoma" in answer["notes"][0]


# How a record says that it takes any solid cancer, or any blood cancer.
ANY_SOLID = r"solid (malignant )?(tumou?r|neoplasm|malignanc)"
ANY_BLOOD = r"(ha?ematolog\w+|lymphoid|myeloid|b-cell) (cancer|malignanc|neoplasm)|blood cancer"


def any_of(pattern, statuses=None):
    """Return the ids of the records whose conditions, keywords or titles fit the pattern."""
    found_ids = set()
    for file in RECORDS:
        protocol = json.loads(file.read_text())["protocolSection"]
        named, conditions = protocol["identificationModule"], protocol.get("conditionsModule", {})
        texts = [*conditions.get("conditions", []), *conditions.get("keywords", [])]
        texts += [named["briefTitle"], named.get("officialTitle", "")]
        is_asked = not statuses or protocol["statusModule"]["overallStatus"] in statuses
        if is_asked and any(re.search(pattern, text, re.IGNORECASE) for text in texts):
            found_ids.add(named["nctId"])
    return found_ids


class TestRealRecords:
    pytestmark = [pytest.mark.django_db, *needs_registry]

    def test_lay_words_find_what_the_medical_term_finds(self, clinic, subtests):
        load_vocabulary()
        sync(read_files(RECORDS), source="real")
        for lay, medical in FROZEN:
            with subtests.test(lay):
                wanted = found(medical)
                got = found(lay, "es" if lay in SPANISH else "en")
                recall = len(got & wanted) / len(wanted)
                assert recall == 1, sorted(wanted - got)

    def test_other_words_find_exactly_the_same(self, clinic, subtests):
        load_vocabulary()
        sync(read_files(RECORDS), source="real")
        for lay, usual in SAME:
            with subtests.test(lay):
                assert found(lay) == found(usual) != set()
        for lay, usual in SAME_IN_SPANISH:
            with subtests.test(lay):
                assert found(lay, "es") == found(usual, "es") != set()
                assert found(usual) <= found(lay, "es")

    def test_people_with_a_rare_cancer_see_the_trials_for_any_solid_cancer(self, clinic):
        load_vocabulary()
        sync(read_files(RECORDS), source="real")
        vocabulary = Vocabulary.load()
        any_solid = TrialCancerType.objects.filter(
            cancer_type__slug="solid-tumors", trial__status="RECRUITING"
        )
        assert any_solid.count() > 20
        for rare in ("chordoma", "thymoma", "adrenocortical carcinoma", "penile cancer", "GIST"):
            searched = search(rare, status="recruiting")
            shown = {trial.pk for trial in searched.trials(limit=5000)}
            [group] = open_to_many(searched, vocabulary)
            assert group.count == any_solid.exclude(trial__in=shown).count(), rare

    def test_the_groups_are_what_the_records_say(self, clinic, subtests):
        """Counted in the records by plain words, without our vocabulary and classification."""
        load_vocabulary()
        sync(read_files(RECORDS), source="real")
        vocabulary = Vocabulary.load()
        of_solid, of_blood = any_of(ANY_SOLID, {"RECRUITING"}), any_of(ANY_BLOOD)
        assert len(of_solid) == 40 and len(of_blood) == 2
        solid = ("chordoma", "thymoma", "adrenocortical carcinoma", "penile cancer")
        asked = [(rare, {"status": "recruiting"}, of_solid) for rare in solid]
        blood = ("mycosis fungoides", "leukemia", "hairy cell leukemia", "mastocytosis", "myeloma")
        asked += [(rare, {}, of_blood) for rare in blood]
        for rare, filters, told in asked:
            with subtests.test(rare):
                searched = search(rare, **filters)
                shown = {trial.nct_id for trial in searched.trials(limit=5000)}
                [group] = open_to_many(searched, vocabulary)
                assert group.count == len(told - shown) > 0
                everything = read_query(QueryDict(group.address.lstrip("?")), vocabulary)
                listed = TrialSearch(everything, vocabulary, "en").trials(limit=5000)
                assert told - shown <= {trial.nct_id for trial in listed}
