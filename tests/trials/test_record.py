"""Every odd case of the registry's records, as invented studies; then all the real ones."""

from datetime import date

import pytest

from tests.trials.factories import make_study
from tests.trials.registry_files import PARTIAL, RECORDS, needs_registry
from trials.registry.files import read_file
from trials.registry.record import Record, RecordRefused, read_record
from trials.registry.values import parse_json


def read_with(**modules: object) -> Record:
    return read_record(make_study(**modules))


def read_site(**location: object) -> object:
    return read_with(contactsLocationsModule={"locations": [location]}).sites[0]


class TestWhatIsRefused:
    @pytest.mark.parametrize("study", [None, [], "text", 7, {}, {"protocolSection": []}])
    def test_what_is_no_study(self, study):
        with pytest.raises(RecordRefused, match="not an API v2 study"):
            read_record(study)

    @pytest.mark.parametrize("key", ["NCT000001", "", None, 12, "NCT123456789", "ISRCTN12345678"])
    def test_a_study_without_a_readable_id(self, key):
        with pytest.raises(RecordRefused, match="cannot be identified"):
            read_record(make_study(key))

    def test_a_study_without_a_title(self):
        with pytest.raises(RecordRefused, match="NCT99990001 has no title"):
            read_with(identificationModule={"briefTitle": None, "officialTitle": " "})

    def test_a_study_without_a_status(self):
        with pytest.raises(RecordRefused, match="NCT99990001 has no overall status"):
            read_with(statusModule={"overallStatus": None})

    def test_nothing_else(self):
        bare = {
            "protocolSection": {
                "identificationModule": {"nctId": "NCT99990009", "briefTitle": "Bare"},
                "statusModule": {"overallStatus": "RECRUITING"},
            }
        }
        record = read_record(bare)
        assert (record.nct_id, record.sites, record.phases) == ("NCT99990009", (), ())


class TestIds:
    def test_a_small_letter_id_is_put_right(self):
        assert read_record(make_study(" nct99990001 ")).nct_id == "NCT99990001"

    def test_aliases_leave_out_itself_and_what_is_no_id(self):
        aliases = ["NCT99990002", "nct99990003", "NCT99990001", "NCT7", 5, "NCT99990002"]
        record = read_with(identificationModule={"nctIdAliases": aliases})
        assert record.aliases == ("NCT99990002", "NCT99990003")


class TestPlaces:
    def test_no_module(self):
        assert read_with(contactsLocationsModule=None).sites == ()

    def test_a_bare_location(self):
        site = read_site(city="Boston")
        assert (site.facility, site.zip, site.country, site.status) == ("", "", "", "")
        assert (site.latitude, site.longitude) == (None, None)

    @pytest.mark.parametrize("zip_code", ["245018", "27599 9500"])
    def test_a_malformed_zip_is_kept_as_it_is(self, zip_code):
        assert read_site(zip=zip_code).zip == zip_code

    @pytest.mark.parametrize(
        "point",
        [
            None,
            {},
            {"lat": 10},
            {"lat": 91, "lon": 1},
            {"lat": "1", "lon": 2},
            {"lat": True, "lon": 1},
        ],
    )
    def test_half_or_impossible_coordinates_are_none(self, point):
        site = read_site(geoPoint=point)
        assert (site.latitude, site.longitude) == (None, None)

    def test_the_same_facility_twice_is_one_site_unless_it_differs(self):
        same = {"facility": "Research Site", "city": "Boston"}
        other = {**same, "status": "COMPLETED"}
        record = read_with(contactsLocationsModule={"locations": [same, same, other]})
        assert [site.status for site in record.sites] == ["", "COMPLETED"]

    def test_many_sites(self):
        locations = [{"facility": f"Local Institution - {n:04}"} for n in range(437)]
        assert len(read_with(contactsLocationsModule={"locations": locations}).sites) == 437

    def test_contacts_without_phone_or_with_several_addresses(self):
        contacts = [
            {"name": "A. Example"},
            {"email": "one@example.org; two@example.org", "phoneExt": "7"},
            {"email": "no@example@wrong.org"},
        ]
        found = read_with(contactsLocationsModule={"centralContacts": contacts}).contacts
        assert found[0].phone == ""
        assert found[1].emails == ("one@example.org", "two@example.org")
        assert found[2].emails == ()


class TestDesign:
    @pytest.mark.parametrize(
        "phases", [None, ["NA"], ["PHASE1", "PHASE2"], ["EARLY_PHASE1"], ["PHASE2", "PHASE3"]]
    )
    def test_phases(self, phases):
        assert read_with(designModule={"phases": phases}).phases == tuple(phases or ())

    @pytest.mark.parametrize("count", [0, 2_000_000])
    def test_enrollment(self, count):
        assert read_with(designModule={"enrollmentInfo": {"count": count}}).enrollment == count

    @pytest.mark.parametrize("info", [None, {}, {"count": -1}, {"count": 2**40}, {"count": "many"}])
    def test_no_enrollment(self, info):
        assert read_with(designModule={"enrollmentInfo": info}).enrollment is None


class TestAges:
    @pytest.mark.parametrize(
        ("text", "days"),
        [
            ("18 Years", 6574),
            ("1 Year", 365),
            ("6 Months", 182),
            ("1 Month", 30),
            ("2 Weeks", 14),
            ("28 Days", 28),
            ("72 Hours", 3),
            ("30 Minutes", 0),
        ],
    )
    def test_in_days(self, text, days):
        record = read_with(eligibilityModule={"minimumAge": text, "maximumAge": text})
        assert (record.minimum_age.days, record.maximum_age.days) == (days, days)

    def test_no_limits(self):
        record = read_with(eligibilityModule={"minimumAge": None, "maximumAge": "N/A"})
        assert (record.minimum_age, record.maximum_age, record.notices) == (None, None, ())

    @pytest.mark.parametrize("text", ["eighteen", "99999 Years", "18 Fortnights"])
    def test_an_unreadable_age_is_kept_and_reported(self, text):
        record = read_with(eligibilityModule={"minimumAge": text})
        assert (record.minimum_age, record.minimum_age_text) == (None, text)
        assert "minimumAge" in record.notices[0]


class TestDates:
    def test_precision(self):
        record = read_with()
        assert (record.start.value, record.start.precision) == (date(2025, 3, 1), "month")
        assert (record.completion.precision, record.completion.kind) == ("day", "ESTIMATED")

    def test_absent(self):
        record = read_with(statusModule={"startDateStruct": None, "completionDateStruct": None})
        assert (record.start, record.completion) == (None, None)

    @pytest.mark.parametrize("text", ["2025-13", "soon", "2025-02-30"])
    def test_unreadable(self, text):
        record = read_with(statusModule={"startDateStruct": {"date": text}})
        assert record.start is None
        assert record.notices == (f"startDateStruct has the unreadable date “{text}”",)


class TestStatus:
    @pytest.mark.parametrize(
        "status",
        ["WITHHELD", "AVAILABLE", "TEMPORARILY_NOT_AVAILABLE", "APPROVED_FOR_MARKETING"],
    )
    def test_statuses_that_few_records_show(self, status):
        record = read_with(statusModule={"overallStatus": status})
        assert (record.status, record.notices) == (status, ())

    def test_unknown_with_the_last_known(self):
        module = {"overallStatus": "UNKNOWN", "lastKnownStatus": "RECRUITING"}
        record = read_with(statusModule=module)
        assert (record.status, record.last_known_status) == ("UNKNOWN", "RECRUITING")

    def test_a_new_value_is_kept_and_reported(self):
        record = read_with(statusModule={"overallStatus": "PAUSED"})
        assert record.status == "PAUSED"
        assert record.notices == ("overallStatus has the unknown value “PAUSED”",)

    def test_unknown_keys_are_ignored(self):
        study = make_study(newModule={"a": 1}, statusModule={"brandNew": [1]})
        study["anotherSection"] = {"x": "y"}
        assert read_record(study).notices == ()


class TestText:
    def test_entities_and_markup_are_text(self):
        title = "A &lt;b&gt; &amp; <80% of T&D > C&nbsp;D"
        record = read_with(identificationModule={"briefTitle": title})
        assert record.brief_title == "A <b> & <80% of T&D > C\xa0D"

    def test_what_postgres_refuses_is_taken_out(self):
        study = parse_json(b'{"protocolSection": {"a": "x\\u0000y\\ud800z\\ufffd"}}')
        assert study == {"protocolSection": {"a": "xy\ufffdz\ufffd"}}
        title = "NUL\x00 bell\x07 lone\udcff kept\ufffd"
        record = read_with(identificationModule={"briefTitle": title})
        assert record.brief_title == "NUL bell lone\ufffd kept\ufffd"

    def test_cyrillic_look_alikes_and_long_titles_stay(self):
        title = "Сhemotherapy " + "x" * 400
        assert read_with(identificationModule={"briefTitle": title}).brief_title == title

    @pytest.mark.parametrize("value", [7, ["text"], {"a": 1}, True, None])
    def test_wrong_types_do_no_harm(self, value):
        record = read_with(
            descriptionModule={"briefSummary": value},
            conditionsModule={"conditions": value, "keywords": [value]},
            contactsLocationsModule={"locations": value, "centralContacts": value},
            armsInterventionsModule={"interventions": value, "armGroups": [value]},
        )
        assert (record.sites, record.interventions, record.contacts) == ((), (), ())


@pytest.mark.parametrize("text", [b"{", b"[1,]", b"\xff\xfe{}", b'{"a": NaN}', b'{"a": 1e999}'])
def test_parse_json__refuses_what_is_not_json(text):
    with pytest.raises(ValueError):
        parse_json(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b"12345678901234567890123", 12345678901234567890123),
        (b'\xef\xbb\xbf{"a": 1.5}', {"a": 1.5}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        (b'"\\ud800"', "\ufffd"),
        (b'{"a": 1, "a": 2}', {"a": 2}),
    ],
    ids=["long number", "byte order mark", "pair of surrogates", "half a pair", "key twice"],
)
def test_parse_json__reads_what_the_standard_library_reads(text, value):
    assert parse_json(text) == value


@pytest.mark.parametrize(
    ("content", "count"),
    [('{"protocolSection": {}}', 1), ("[{}, {}]", 2), ('{"studies": []}', 0), ("oops", 1)],
)
def test_read_file__takes_records_arrays_and_pages(tmp_path, content, count):
    file = tmp_path / "some.json"
    file.write_text(content)
    received = list(read_file(file))
    assert len(received) == count
    assert [bool(entry.problem) for entry in received] == [content == "oops"] * count


class TestRealRecords:
    pytestmark = needs_registry

    def test_every_full_record_is_read_without_notices(self):
        read = [read_record(parse_json(file.read_bytes())) for file in RECORDS]
        assert len({record.nct_id for record in read}) == len(RECORDS) > 400
        assert [notice for record in read for notice in record.notices] == []

    def test_every_partial_record_is_read_or_refused_with_a_sentence(self):
        sentences = []
        for file in PARTIAL:
            try:
                read_record(parse_json(file.read_bytes()))
            except RecordRefused as refusal:
                sentences.append(refusal.reason)
        assert len(sentences) == 5
        assert all(sentence.endswith(".") and " " in sentence for sentence in sentences)
