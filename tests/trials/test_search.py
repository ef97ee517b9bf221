import pytest
from django.db import connection
from django.http import QueryDict

from tests.trials.factories import (
    make_cancer_type,
    make_drug,
    make_study,
    make_therapy_type,
    our_location,
    sync_studies,
)
from trials import burden
from trials.enums import Phase, Sex, TrialStatus
from trials.facet_codes import BASE, FACETS, facet_code, facet_of, value_of
from trials.facets import facets
from trials.models import Trial
from trials.search import TrialSearch
from trials.search_query import read_query
from trials.vocabulary import Vocabulary

pytestmark = pytest.mark.django_db
STATUSES = {status.lower() for status in TrialStatus.values}


def query_for(address):
    return read_query(QueryDict(address), Vocabulary.load())


def search(address, language="en"):
    vocabulary = Vocabulary.load()
    return TrialSearch(read_query(QueryDict(address), vocabulary), vocabulary, language)


def found(address, language="en"):
    return [trial.nct_id[-2:] for trial in search(address, language).trials(limit=50)]


@pytest.fixture
def vocabulary(db):
    lung = make_cancer_type(
        "lung-cancer", "Lung cancer", "pulmonary cancer", name_es="Cáncer de pulmón"
    )
    make_cancer_type(
        "nsclc", "Non-small cell lung cancer", "NSCLC", "lung cancer non-small", parent=lung
    )
    make_cancer_type("melanoma", "Melanoma", "skin cancer melanoma")
    make_cancer_type("all", "Acute lymphoblastic leukemia", "ALL", family="blood")
    checkpoint = make_therapy_type(
        "checkpoint", "Checkpoint inhibitors", "PD-1", "PD1", "anti-PD-1"
    )
    make_drug("pembrolizumab", "Keytruda", therapy_type=checkpoint)
    make_therapy_type("car-t", "CAR T-cell therapy", "CAR-T", "chimeric antigen receptor")


def study(number, title, conditions, drugs=("Placebrixin",), **modules):
    interventions = [{"type": "DRUG", "name": drug} for drug in drugs]
    return make_study(
        f"NCT999900{number}",
        identificationModule={"briefTitle": title, "officialTitle": None, **modules.pop("ids", {})},
        conditionsModule={"conditions": conditions, "keywords": []},
        armsInterventionsModule={"interventions": interventions},
        **modules,
    )


def dated(number, title, start, updated, status="RECRUITING", **modules):
    dates = {"startDateStruct": {"date": start}, "lastUpdatePostDateStruct": {"date": updated}}
    return study(
        number, title, ["Cancer"], statusModule={"overallStatus": status, **dates}, **modules
    )


@pytest.fixture
def trials(clinic, vocabulary):
    """Five trials: 11 and 12 open, 11 at our clinic."""
    sync_studies(
        study(
            "11",
            "Pembrolizumab Before Surgery",
            ["Carcinoma, Non-Small-Cell Lung"],
            ["Keytruda"],
            designModule={"phases": ["PHASE1", "PHASE2"]},
            contactsLocationsModule={"locations": [our_location()]},
        ),
        study(
            "12",
            "CAR-T for Young People",
            ["Acute Lymphoblastic Leukaemia"],
            ["CD19 CAR-T cells"],
            eligibilityModule={"minimumAge": "6 Months", "maximumAge": "17 Years"},
        ),
        study(
            "13",
            "All Patients With Skin Tumours",
            ["Melanoma"],
            statusModule={"overallStatus": "COMPLETED"},
            eligibilityModule={"sex": "FEMALE"},
        ),
        study(
            "14",
            "A Registry of Lung Neoplasms",
            ["Lung Neoplasms"],
            statusModule={"overallStatus": "NOT_YET_RECRUITING"},
            designModule={"phases": None},
        ),
        study(
            "15",
            "Old Study of Anti-PD-1",
            ["Uterine Cancer"],
            ["Anti-PD-1 antibody"],
            statusModule={"overallStatus": "UNKNOWN"},
            eligibilityModule={"sex": "MALE", "minimumAge": "65 Years", "maximumAge": "80 Years"},
            ids={"nctIdAliases": ["NCT99990099"]},
        ),
    )


class TestReading:
    def test_values_may_be_repeated_and_written_in_any_case(self, vocabulary):
        query = query_for(
            "STATUS=recruiting&status=Completed&phase=2&phase=phase3&phase=early+phase+1&Condition=MELANOMA"
        )
        assert query.statuses == ["RECRUITING", "COMPLETED"]
        assert query.phases == ["PHASE2", "PHASE3", "EARLY_PHASE1"]
        assert query.conditions == ["melanoma"]
        assert query.notes == []

    @pytest.mark.parametrize(
        "address",
        [
            "status=banana",
            "phase=9",
            "condition=moon-cancer",
            "therapy=tea",
            "age=abc",
            "age=-1",
            "age=121",
            "age=99999999999999999999999",
            "age=١٨",
            "sex=other",
            "sort=random",
            "page=0",
            "page=x",
            "q=%00",
            "q=%ff",
            "status=%00",
            "zip=1234",
            "zip=99999",
            "zip=09007",
            "within=50",
            "within=0",
        ],
    )
    def test_a_bad_value_is_left_out_with_a_note(self, vocabulary, address):
        query = query_for(address)
        assert len(query.notes) == 1
        assert query.parameters() == []
        assert "\x00" not in query.notes[0]

    @pytest.mark.parametrize("address", ["", "q=", "status=", "age=+", "utm_source=x", "zip="])
    def test_nothing_asked_is_no_note(self, vocabulary, address):
        assert query_for(address).notes == []

    def test_a_long_search_is_cut_with_a_note(self, vocabulary):
        query = query_for("q=" + "lung+" * 5000)
        assert len(query.q) <= 200
        assert len(query.notes) == 1

    def test_an_address_leads_back_to_the_same_search(self, vocabulary):
        address = (
            "q=lung&status=recruiting&phase=phase2&condition=melanoma&age=40&sex=female&sort=title"
        )
        query = query_for(address)
        assert query.address() == "?" + address
        assert query.address(without=[("status", "recruiting")], page=3).endswith("&page=3")
        assert "status" not in query.address(without=[("status", "recruiting")])


class TestWords:
    def test_open_trials_come_first_and_our_own_before_all(self, trials):
        assert found("") == ["11", "12", "14", "13", "15"]

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("NSCLC", {"11"}),
            ("nsclc", {"11"}),
            ("non small cell lung cancer", {"11"}),
            ("lung cancer non-small", {"11"}),
            ("lung cancer", {"11", "14"}),
            ("LUNG CARCINOMA", {"11", "14"}),
            ("Keytruda", {"11"}),
            ("pembrolizumab surgery", {"11"}),
            ("CAR T", {"12"}),
            ("CAR-T", {"12"}),
            ("chimeric antigen receptor", {"12"}),
            ("PD1", {"11", "15"}),
            ("anti-PD-1", {"11", "15"}),
            ("skin tumor", {"13"}),
            ("tumours", {"13"}),
            ("uterine", {"15"}),
            ("NCT99990013", {"13"}),
            ("nct99990099", {"15"}),
            ("placebrixin", {"13", "14"}),
            ("nothing-like-this", set()),
            ("lung xyzzy", set()),
        ],
    )
    def test_which_trials_are_found(self, trials, words, expected):
        address = QueryDict(mutable=True)
        address["q"] = words
        assert set(found(address.urlencode())) == expected

    def test_spanish_words_find_english_records(self, trials):
        assert set(found("q=cancer+de+pulmon", "es")) == {"11", "14"}
        assert set(found("q=C%C3%A1ncer+de+pulm%C3%B3n", "es")) == {"11", "14"}

    def test_the_words_shown_are_in_the_language_of_the_site(self, trials):
        searched = search("q=pulmonary+cancer", "es")
        assert [also.others for also in searched.also_searched] == [["Cáncer de pulmón"]]

    def test_the_other_words_are_shown(self, trials):
        searched = search("q=Keytruda+lung+cancer")
        said = {also.said: also.others for also in searched.also_searched}
        assert said == {"Keytruda": ["pembrolizumab"], "lung cancer": ["pulmonary cancer"]}

    def test_the_page_says_them(self, trials, client):
        page = client.get("/en/trials/?q=Keytruda+lung+cancer").content.decode()
        assert "For “Keytruda” we also searched: pembrolizumab." in page
        assert "For “lung cancer” we also searched: pulmonary cancer." in page
        page = client.get("/es/trials/?q=pulmonary+cancer").content.decode()
        assert "Además de «pulmonary cancer» buscamos: Cáncer de pulmón." in page
        assert "we also searched" not in client.get("/en/trials/?q=surgery").content.decode()

    @pytest.mark.parametrize(
        "words",
        [
            "'",
            "\\",
            "a & b | !c",
            "(((",
            ":*",
            "<->",
            "%s %(x)s",
            "a'; DROP TABLE x; --",
            "the",
            "-",
            "{}",
        ],
    )
    def test_odd_words_do_no_harm(self, trials, words):
        address = QueryDict(mutable=True)
        address["q"] = words
        searched = search(address.urlencode())
        assert len(searched.trials(limit=50)) == searched.counts().total

    def test_words_that_say_nothing_find_everything(self, trials):
        assert len(found("q=the")) == 5


class TestFilters:
    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("status=recruiting", ["11", "12"]),
            ("status=completed&status=unknown", ["13", "15"]),
            ("phase=1", ["11"]),
            ("phase=2", ["11", "12", "13", "15"]),
            ("condition=lung-cancer", ["11", "14"]),
            ("condition=nsclc", ["11"]),
            ("therapy=car-t", ["12"]),
            ("therapy=car-t&therapy=checkpoint", ["11", "12", "15"]),
            ("age=0", ["12"]),
            ("age=17", ["12"]),
            ("age=18", ["11", "14", "13"]),
            ("age=65", ["11", "14", "13", "15"]),
            ("age=80", ["11", "14", "13", "15"]),
            ("age=81", ["11", "14", "13"]),
            ("sex=female", ["11", "12", "14", "13"]),
            ("sex=m", ["11", "12", "14", "15"]),
            ("q=lung&status=recruiting&phase=2", ["11"]),
        ],
    )
    def test_which_trials_are_found(self, trials, address, expected):
        assert found(address) == expected

    def test_every_count_is_right_under_the_other_filters(self, trials):
        address = "q=cancer&status=recruiting&sex=female"
        counts = search(address).counts()
        slugs = {
            slug: pk for known in Vocabulary.load().slugs.values() for slug, pk in known.items()
        }
        for facet, values in (
            ("status", ["recruiting", "unknown", "not_yet_recruiting"]),
            ("phase", ["phase1", "phase2"]),
            ("condition", ["lung-cancer", "melanoma"]),
            ("therapy", ["checkpoint", "car-t"]),
        ):
            for value in values:
                others = "&".join(p for p in address.split("&") if not p.startswith(facet))
                key = str(slugs[value]) if value in slugs else value.upper()
                expected = search(f"{others}&{facet}={value}").counts().total
                assert counts.facets.get(facet, {}).get(key, 0) == expected, (facet, value)
        assert counts.total == len(found(address))
        assert search(address).total() == counts.total

    def test_counts_of_sex_and_earlier_treatment_under_other_filters(self, clinic):
        sexes = ("FEMALE", "MALE", "ALL", None)
        titles = ("Untreated", "Relapsed Cancer", "Previously Untreated Cancer", "Cancer")
        statuses = ("RECRUITING", "COMPLETED")
        kinds = [(sex, title, status) for sex in sexes for title in titles for status in statuses]
        # One of the first kind, two of the second and so on: no two counts are alike by chance.
        numbered = enumerate(kind for n, kind in enumerate(kinds, 1) for _ in range(n % 5))
        sync_studies(
            *(
                study(
                    number + 10,
                    title,
                    ["Cancer"],
                    statusModule={"overallStatus": status},
                    eligibilityModule={"sex": sex},
                )
                for number, (sex, title, status) in numbered
            )
        )
        vocabulary = Vocabulary.load()
        addresses = ("status=recruiting", "status=recruiting&sex=male", "prior=had", "sex=female")
        for address in (*addresses, "status=completed&prior=none", "sex=male&prior=had&prior=none"):
            searched = search(address)
            offered = facets(searched.query, searched.counts(), vocabulary)
            shown = {facet.key: facet.choices for facet in offered}
            for facet, values in (("sex", {"", "female", "male"}), ("prior", {"none", "had"})):
                others = "&".join(p for p in address.split("&") if not p.startswith(facet))
                assert {choice.value for choice in shown[facet]} == values, (address, facet)
                for choice in shown[facet]:
                    brute = len(search(f"{others}&{facet}={choice.value}").trials(limit=999))
                    assert choice.count == brute > 0, (address, facet, choice.value)

    def test_words_alone__are_counted_without_the_filters(self, trials):
        searched = search("q=lung&age=3&status=completed")
        assert searched.counts().total == searched.total() == 0
        assert searched.total_by_words() == search("q=lung").total() == 2

    def test_our_own_come_first_in_an_order_by_title(self, trials):
        titles = [
            trial.shown_title for trial in search("sort=title&status=recruiting").trials(limit=9)
        ]
        assert titles == ["Pembrolizumab Before Surgery", "CAR-T for Young People"]

    @pytest.mark.parametrize(
        ("address", "expected"),
        [
            ("sort=title", ["23", "21", "24", "22", "25"]),
            ("sort=start", ["24", "22", "21", "23", "25"]),
            ("sort=updated", ["21", "23", "22", "24", "25"]),
            ("", ["21", "23", "22", "24", "25"]),
            # By relevance the title counts most; the last two name it in passing, the newer first.
            ("q=vaccine", ["24", "21", "22", "25"]),
            ("q=vaccine&sort=relevance", ["24", "21", "22", "25"]),
            ("q=vaccine&sort=updated", ["21", "22", "24", "25"]),
        ],
    )
    def test_orders(self, clinic, address, expected):
        """Within what is open; what is closed comes after it in every order."""
        in_passing = {"briefSummary": "A vaccine may be given."}
        sync_studies(
            dated("21", "B study", "2024-05", "2026-05-01", descriptionModule=in_passing),
            dated("22", "D study", "2025-01-10", "2026-03-01", descriptionModule=in_passing),
            dated("23", "A study", "2023-01", "2026-04-01"),
            dated("24", "C vaccine", "2025-02", "2026-02-01"),
            dated("25", "A vaccine", "2026-01", "2026-06-01", "COMPLETED"),
        )
        assert found(address) == expected

    def test_pages_hold_every_trial_once(self, trials):
        searched = search("")
        pages = [searched.trials(limit=2, offset=offset) for offset in (0, 2, 4)]
        assert len({trial.pk for page in pages for trial in page}) == Trial.objects.count() == 5


class TestCodes:
    def test_every_value_has_a_number_of_its_own(self):
        entries = {"condition", "therapy", "biomarker"}
        choices = [("status", TrialStatus), ("phase", Phase), ("sex", Sex)]
        pairs = [(facet, value) for facet, kind in choices for value in kind.values]
        pairs += [(name, value) for name in burden.NAMES for value in burden.values_of(name)]
        pairs += [("prior", "none"), ("prior", "had"), ("biomarker", "1")]
        pairs += [("sex", ""), ("condition", "1"), ("condition", "2"), ("therapy", "1")]
        codes = {
            facet_code(facet, int(value) if facet in entries else value): (facet, value)
            for facet, value in pairs
        }
        assert len(codes) == len(pairs)
        assert len(FACETS) <= BASE
        assert {(facet_of(code), value_of(code)) for code in codes} == set(pairs)

    def test_an_unknown_status_is_counted_but_offers_no_filter(self, trials):
        sync_studies(make_study("NCT99990021", statusModule={"overallStatus": "PAUSED"}))
        searched = search("")
        assert searched.counts().total == 6
        offered = {
            facet.key: facet
            for facet in facets(searched.query, searched.counts(), Vocabulary.load())
        }
        assert [c.value for c in offered["status"].choices if c.value not in STATUSES] == []


@pytest.mark.django_db(transaction=True)
def test_how_words_are_planned__counts_for_one_statement_alone(vocabulary, clinic):
    sync_studies(study("21", "A vaccine", ["Melanoma"]))
    searched = search("q=melanoma")
    assert searched.by_the_words and searched.counts().total == 1
    with connection.cursor() as cursor:
        cursor.execute("SHOW enable_indexscan")
        assert cursor.fetchone() == ("on",)


class TestVocabularyKept:
    def test_it_is_read_once(self, vocabulary, django_assert_num_queries):
        kept = Vocabulary.current()
        with django_assert_num_queries(1):
            assert Vocabulary.current() is kept

    def test_it_follows_an_edit(self, vocabulary):
        Vocabulary.current()
        make_cancer_type("moon", "Moon cancer")
        assert "moon" in Vocabulary.current().slugs["cancer"]
