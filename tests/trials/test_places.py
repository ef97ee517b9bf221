import json
import re

import pytest
from bs4 import BeautifulSoup
from django.http import QueryDict

from clinic.logs import masked
from tests.trials.factories import make_cancer_type, make_study, our_location, sync_studies
from tests.trials.registry_files import RECORDS, needs_registry
from trials import search_documents
from trials.distance import locate, miles_between
from trials.facets import unplaced_notes
from trials.models import Place, Trial, TrialPlace
from trials.places import nearest_sites
from trials.registry.files import read_files
from trials.registry.sync import sync
from trials.search import TrialSearch, forget_counts
from trials.search_query import read_query
from trials.vocabulary import Vocabulary

BOSTON, WORCESTER = (42.36, -71.06), (42.27, -71.80)
SEATTLE, PARIS = (47.61, -122.33), (48.85, 2.35)


def site(point, status="RECRUITING", city="Town", country="United States", **fields):
    where = {"geoPoint": {"lat": point[0], "lon": point[1]}} if point else {}
    return {"city": city, "country": country, "status": status, **where, **fields}


def study(number, *sites, status="RECRUITING", **modules):
    return make_study(
        f"NCT999900{number}",
        statusModule={"overallStatus": status},
        contactsLocationsModule={"locations": list(sites)},
        **modules,
    )


def tables(page):
    """Return the caption and the rows of each table of places, a row as a list of its words."""
    return [
        (
            table.caption.get_text(strip=True),
            [[words_of(cell) for cell in row.select("th, td")] for row in table.select("tr")],
        )
        for table in BeautifulSoup(page, "html.parser").select("table.sites")
    ]


def words_of(cell):
    return " ".join(cell.get_text().split())


def search(address, language="en"):
    vocabulary = Vocabulary.load()
    return TrialSearch(read_query(QueryDict(address), vocabulary), vocabulary, language)


def found(address, **page):
    return [trial.nct_id[-2:] for trial in search(address).trials(limit=50, **page)]


@pytest.fixture
def trials(clinic):
    sync_studies(
        study("11", site(BOSTON, city="Boston"), site(SEATTLE, city="Seattle")),
        study("12", site(WORCESTER), site(BOSTON, "COMPLETED")),
        study("13", site(BOSTON, ""), status="NOT_YET_RECRUITING"),
        study("14", site(PARIS, country="France")),
        study("15", site(None, city="Somewhere")),
        study("16", site(BOSTON, ""), status="COMPLETED"),
        study("17", site(SEATTLE, "COMPLETED")),
        study("18"),
    )


@pytest.mark.django_db
class TestSearch:
    @pytest.mark.parametrize(
        "address, numbers",
        [
            ("zip=02114&within=10", {"11", "13", "16"}),
            ("zip=02114&within=100", {"11", "12", "13", "16"}),
            ("zip=02114-1234&within=10&status=recruiting", {"11"}),
            ("zip=98101&within=10", {"11", "17"}),
            ("zip=59601&within=25", set()),
            ("zip=02114&within=12500", {"11", "12", "13", "14", "16", "17"}),
            ("zip=02114&within=anywhere", {str(number) for number in range(11, 19)}),
        ],
    )
    def test_places_that_take_new_people_count_and_all_where_none_does(
        self, trials, address, numbers
    ):
        assert set(found(address)) == numbers
        assert search(address).total() == search(address).counts().total == len(numbers)

    def test_counts_of_the_other_filters_are_those_nearby(self, trials):
        counts = search("zip=02114&within=10&status=completed").counts()
        assert counts.total == 1
        assert counts.facets["status"] == {
            "RECRUITING": 1,
            "NOT_YET_RECRUITING": 1,
            "COMPLETED": 1,
        }

    def test_trials_that_are_nowhere_are_counted_and_said(self, trials, client):
        assert search("zip=02114&within=10").unplaced() == 2
        assert search("zip=98101&within=25&status=completed").unplaced() == 0
        assert search("zip=02114").unplaced() == 0
        page = client.get("/en/trials/?zip=02114&within=10").content.decode()
        assert unplaced_notes(2)[0] in page
        answer = client.get("/api/v1/trials/?zip=02114&within=10").json()
        assert answer["notes"] == unplaced_notes(2)

    def test_nearest_first__after_those_that_take_new_people(self, trials):
        in_order = found("zip=02114&sort=distance")
        assert in_order[:4] == ["11", "12", "14", "15"]
        assert set(in_order[4:6]) == {"13", "16"}
        assert in_order[6:] == ["17", "18"]
        assert found("zip=98101&sort=distance&status=recruiting")[:2] == ["11", "17"]

    @pytest.mark.parametrize(
        "address", ["zip=02114&sort=distance", "zip=02114&within=100&sort=distance"]
    )
    def test_the_order_is_the_same_where_thousands_are_found(self, trials, monkeypatch, address):
        few = found(address)
        monkeypatch.setattr("trials.search.RANKED", 0)
        assert found(address, total=8) == few
        pages = [search(address).trials(limit=2, offset=first, total=8) for first in (0, 2, 4, 6)]
        assert [trial.nct_id[-2:] for page in pages for trial in page] == few

    def test_each_trial_names_its_nearest_place(self, trials):
        nearest = {t.nct_id[-2:]: t.nearest for t in search("zip=98101").trials(limit=50)}
        assert (nearest["11"].city, nearest["11"].is_open) == ("Seattle", True)
        assert nearest["11"].miles < 3
        assert nearest["13"].is_open is False
        assert nearest["15"] is None and nearest["18"] is None

    def test_of_a_point_an_open_place_is_named(self, clinic):
        closed = site(BOSTON, "COMPLETED", city="Old name")
        sync_studies(study("11", closed, site(BOSTON, city="Boston"), site(PARIS, city="Paris")))
        [trial] = search("zip=02114").trials(limit=1)
        assert (trial.nearest.city, trial.nearest.is_open) == ("Boston", True)

    def test_without_a_zip_code_there_is_no_distance_and_a_note(self, trials):
        for address in ("within=10", "sort=distance"):
            one = search(address)
            assert one.total() == 8
            assert one.query.notes == ["To search by distance, add a ZIP code."]

    def test_a_place_is_kept_once_and_follows_the_record(self, trials):
        assert Place.objects.count() == 4
        sync_studies(study("11", site(PARIS, country="France")))
        assert "11" not in found("zip=02114&within=10")
        assert TrialPlace.objects.filter(trial__nct_id="NCT99990011").count() == 1

    def test_unlisted_trials_have_no_places(self, trials):
        trial = Trial.objects.get(nct_id="NCT99990011")
        trial.is_listed = False
        trial.save()
        search_documents.refresh([trial.pk], Vocabulary.load())
        assert not trial.places.exists()

    def test_what_is_not_narrowed_by_a_zip_code_is_counted_once(
        self, trials, django_assert_num_queries
    ):
        forget_counts()
        vocabulary = Vocabulary.current()

        def count(address):
            query = read_query(QueryDict(address), vocabulary)
            one = TrialSearch(query, vocabulary, "en")
            return one.counts(), one.unplaced()

        count("zip=02114"), count("zip=02114&within=10")
        with django_assert_num_queries(1):
            count("zip=98101"), count("zip=98101&within=10")


@pytest.mark.django_db
class TestPages:
    def test_the_search_page_shows_distance_and_keeps_it_in_its_links(self, trials, client):
        page = client.get("/en/trials/?zip=02114&within=100&sort=distance").content.decode()
        assert "Nearest open place:</" in page or "Nearest open place: Boston" in page
        assert 'name="zip"' in page and 'value="02114"' in page
        assert '<option value="100" selected>' in page
        assert "Distances from Boston, MA 02114" in page
        assert 'href="?zip=02114&amp;sort=distance"' in page
        assert 'href="/en/trials/NCT99990011/"' in page

    @pytest.mark.parametrize("zip_code", ["1234", "<b>", "99999", "x" * 500])
    def test_an_unknown_zip_code_is_said(self, trials, client, zip_code):
        page = client.get("/en/trials/", {"zip": zip_code, "within": 10, "sort": "distance"})
        assert page.status_code == 200
        assert "We do not know the ZIP code" in page.content.decode()
        trial = client.get("/en/trials/NCT99990011/", {"zip": zip_code})
        assert trial.status_code == 200
        assert "We do not know the ZIP code" in trial.content.decode()

    def test_few_queries(self, trials, client, django_assert_max_num_queries):
        make_cancer_type("melanoma", "Melanoma")
        search_documents.refresh(Trial.objects.values_list("pk", flat=True), Vocabulary.load())
        Vocabulary.forget()
        client.get("/en/trials/")
        with django_assert_max_num_queries(8):
            client.get("/en/trials/?q=melanoma&zip=02114&within=50&sort=distance")

    def test_a_trial_shows_miles_nearest_first_and_is_kept_nowhere(self, clinic, client):
        far = site(SEATTLE, facility="Far", city="Seattle", state="Washington")
        near = site(WORCESTER, facility="Near", city="Worcester", state="Massachusetts")
        ours = our_location(status="RECRUITING", geoPoint={"lat": 37.77, "lon": -122.42})
        sync_studies(study("11", site(PARIS, country="France"), far, near, ours))
        plain = client.get("/en/trials/NCT99990011/")
        assert "no-store" not in plain.get("Cache-Control", "")
        assert "miles" not in plain.content.decode()
        answer = client.get("/en/trials/NCT99990011/?zip=02114")
        page = answer.content.decode()
        assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
        assert '<meta name="robots" content="noindex">' in page
        assert page.index("Near</span>") < page.index("Far</span>") < page.index("France (1")
        near, far = dict(tables(page))["United States"][1:]
        assert near[:2] == ["Near", "Worcester, Massachusetts"]
        assert re.fullmatch(r"3\d miles", near[2])
        assert far[:2] == ["Far", "Seattle, Washington"]
        assert "Worcester, Massachusetts, 3" in page
        carrying = {link for link in re.findall(r'(?:href|src)="([^"]*)"', page) if "02114" in link}
        # The same page in the other language, and no other one.
        assert {link.partition("/trials/")[2] for link in carrying} == {"NCT99990011/?zip=02114"}
        assert masked('"GET /en/trials/NCT99990011/?zip=02114" 200').count("02114") == 0

    def test_a_map_has_words_and_no_style_or_script(self, clinic, client):
        sync_studies(
            study(
                "11",
                *[site(BOSTON, state="Massachusetts", facility=name) for name in "ABC"],
                site(SEATTLE, state="Oregon"),
            )
        )
        page = client.get("/en/trials/NCT99990011/").content.decode()
        picture = re.search(r"<svg class=\"site-map\".*?</svg>", page, re.DOTALL)[0]
        assert 'aria-label="Map: 4 places, 2 states. The tables below name each place."' in picture
        assert picture.count("<circle") == 2 and ">3</text>" in picture
        assert "style=" not in picture and "trials/maps/us" in picture
        spanish = client.get("/es/trials/NCT99990011/").content.decode()
        assert re.findall(r'c[xy]="[^"]*"', picture)[0] in spanish

    def test_the_tables_say_all_that_the_map_shows(self, clinic, client):
        sites = [
            site(BOSTON, facility="B", city="Boston", state="Massachusetts", zip="02114"),
            site(WORCESTER, "COMPLETED", facility="W", city="Worcester", state="Massachusetts"),
            *(site(SEATTLE, facility=f"S{n}", city="Seattle", state="Washington") for n in "123"),
            site(None, facility="", city="Nowhere", state="Texas"),
            site(PARIS, "", facility="P", city="Paris", country="France"),
            our_location(status="RECRUITING", geoPoint={"lat": 37.77, "lon": -122.42}),
        ]
        sync_studies(study("11", *sites))
        page = client.get("/en/trials/NCT99990011/").content.decode()
        shown = dict(tables(page))
        assert list(shown) == ["Our clinic", "United States", "France"]
        is_open = "Open to new participants"
        head = ["Place", "Where", "Status"]
        assert all(rows[0] == head for rows in shown.values())
        assert shown["United States"][1:] == [
            ["Massachusetts"],
            ["B", "Boston, Massachusetts 02114", is_open],
            ["W", "Worcester, Massachusetts", "Finished"],
            ["Texas"],
            ["Place without a name", "Nowhere, Texas", is_open],
            ["Washington"],
            *([f"S{n}", "Seattle, Washington", is_open] for n in "123"),
        ]
        assert shown["France"][1:] == [["P", "Paris, France", is_open]]
        assert shown["Our clinic"][1][1:] == ["Fairhaven, California 94199", is_open]

    def test_the_tables_are_nearest_first_with_a_zip_code(self, clinic, client):
        sites = [
            site(PARIS, facility="P", city="Paris", country="France"),
            *(site(SEATTLE, facility=f"S{n}", city="Seattle", state="Washington") for n in "1234"),
            site(None, facility="N", city="Nowhere", state="Texas"),
            site(WORCESTER, facility="W", city="Worcester", state="Massachusetts"),
            site(BOSTON, facility="B", city="Boston", state="Massachusetts"),
        ]
        sync_studies(study("11", *sites))
        page = client.get("/en/trials/NCT99990011/?zip=02114").content.decode()
        shown = dict(tables(page))
        assert list(shown) == ["Nearest places", "United States", "France"]
        assert all(
            rows[0] == ["Place", "Where", "How far away", "Status"] for rows in shown.values()
        )
        assert [row[0] for row in shown["Nearest places"][1:]] == ["B", "W", "S1", "S2", "S3"]
        home = shown["United States"][1:]
        assert [row[0] for row in home] == [
            *("Massachusetts", "B", "W", "Washington", "S1", "S2", "S3", "S4", "Texas", "N")
        ]
        miles = [row[2] for row in home if len(row) == 4]
        assert miles[0] == "1 mile" or miles[0] == "less than 1 mile"
        assert re.fullmatch(r"3\d miles", miles[1]) and re.fullmatch(r"2,4\d\d miles", miles[2])
        assert miles[-1] == ""
        assert re.fullmatch(r"3,\d\d\d miles", shown["France"][1][2])

    def test_the_tables_can_be_read_aloud(self, clinic, client):
        states = ["Massachusetts", "Washington"] * 3
        sync_studies(study("11", *(site(BOSTON, facility="A", state=state) for state in states)))
        for address in ("/en/trials/NCT99990011/", "/es/trials/NCT99990011/?zip=02114"):
            page = BeautifulSoup(client.get(address).content, "html.parser")
            for table in page.select("table.sites"):
                head, *rows = table.select("tr")
                columns = [words_of(cell) for cell in head.select("th[scope=col]")]
                assert table.caption and all(columns)
                for row in rows:
                    scope, is_state = row.th["scope"], "sites__state" in row.get("class", [])
                    assert scope == ("rowgroup" if is_state else "row")
                    assert scope == "row" or int(row.th["colspan"]) == len(columns)
                    labels = [cell["data-label"] for cell in row.select("td")]
                    assert labels == (columns[1:] if scope == "row" else [])
                # On a phone they are blocks: only their roles say there that this is a table.
                assert table["role"] == "table"
                assert {row["role"] for row in [head, *rows]} == {"row"}
                roles = {cell["role"] for cell in table.select("th, td")}
                assert roles == {"columnheader", "rowheader", "cell"}

    @pytest.mark.parametrize(("count", "is_printed"), [(60, True), (61, False)])
    def test_a_folded_table_is_printed_unless_it_is_long(self, clinic, client, count, is_printed):
        sync_studies(study("11", *(site(BOSTON, facility=f"F{n}") for n in range(count))))
        page = client.get("/en/trials/NCT99990011/").content.decode()
        assert ("places--printed" in page) is is_printed
        assert len(tables(page)[0][1]) == count + 1

    def test_the_api_gives_miles_and_the_same_trials(self, trials, client):
        answer = client.get("/api/v1/trials/?zip=02114&within=100&sort=distance").json()
        assert [row["nct_id"][-2:] for row in answer["results"]] == found(
            "zip=02114&within=100&sort=distance"
        )
        miles = [row["distance_miles"] for row in answer["results"]]
        assert miles[0] < 2 < 30 < miles[1] < 45
        assert client.get("/api/v1/trials/").json()["results"][0]["distance_miles"] is None
        table = client.get("/api/v1/trials/?zip=02114&within=100&format=csv").content.decode()
        assert "distance_miles" in table.splitlines()[0]
        described = client.get("/api/v1/openapi.json").json()
        asked = described["paths"]["/api/v1/trials/"]["get"]["parameters"]
        assert {"zip", "within"} <= {one["name"] for one in asked}

    def test_the_feed_takes_them_too(self, trials, client):
        feed = client.get("/feeds/trials.atom?zip=02114&within=10").content.decode()
        assert set(re.findall(r"NCT999900(\d\d)/", feed)) == {"11", "13", "16"}


class TestRealRecords:
    pytestmark = [pytest.mark.django_db, *needs_registry]

    def test_finds_what_looking_through_all_records_finds(self, clinic):
        sync(read_files(RECORDS), source="real")
        records = {one.nct_id: one for one in map(_Plain, RECORDS)}
        for code in ("94143", "10001", "60601", "59601", "96813", "02114"):
            origin = locate(code)
            for within in (10, 50, 250, 1000):
                expected = {
                    key
                    for key, record in records.items()
                    if any(
                        miles_between(origin.latitude, origin.longitude, *point) <= within
                        for point in record.counted
                    )
                }
                one = search(f"zip={code}&within={within}&sort=distance")
                listed = one.trials(limit=500)
                assert {trial.nct_id for trial in listed} == expected
                assert one.counts().total == one.total() == len(expected)
                nowhere = [record for record in records.values() if not record.counted]
                assert one.unplaced() == len(nowhere)
                miles = [t.nearest.miles for t in listed if t.nearest.is_open]
                assert miles == sorted(miles)
                for trial in listed[:20]:
                    counted = records[trial.nct_id].counted
                    brute = {
                        town: miles_between(origin.latitude, origin.longitude, *point)
                        for point, town in counted.items()
                    }
                    assert trial.nearest.miles == pytest.approx(min(brute.values()))
                    assert brute[trial.nearest.city] == min(brute.values())
        everything = search("zip=94143").trials(limit=500)
        assert len(nearest_sites(everything, locate("94143"))) == len(records) - len(nowhere)


class _Plain:
    """What the rule says of a raw record, written a second time and without our reader."""

    STOPPED = {"COMPLETED", "TERMINATED", "WITHDRAWN", "SUSPENDED"}

    def __init__(self, file):
        protocol = json.loads(file.read_text())["protocolSection"]
        self.nct_id = protocol["identificationModule"]["nctId"]
        status = protocol["statusModule"]["overallStatus"]
        sites = protocol.get("contactsLocationsModule", {}).get("locations", [])
        opened = [
            one
            for one in sites
            if status not in self.STOPPED and one.get("status", status) == "RECRUITING"
        ]
        self.counted = {
            (one["geoPoint"]["lat"], one["geoPoint"]["lon"]): one.get("city", "")
            for one in reversed(opened or sites)
            if "geoPoint" in one
        }
