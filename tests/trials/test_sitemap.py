"""Which trials search engines are told of."""

import re

import pytest

from tests.trials.factories import make_study, sync_studies
from trials.enums import NOINDEX_STATUSES, TrialStatus
from trials.models import Trial

pytestmark = pytest.mark.django_db
SITE = "https://clinic.example"
LOCATION = re.compile(r"<loc>([^<]+)</loc>")


def test_the_sitemap_and_the_pages_say_the_same(clinic, client, settings):
    settings.SITE_URL = SITE
    statuses = [*TrialStatus.values, "INVENTED_SINCE"]
    numbered = {f"NCT9999{number:04}": status for number, status in enumerate(statuses, 1)}
    sync_studies(
        *(
            make_study(key, statusModule={"overallStatus": status})
            for key, status in numbered.items()
        ),
        make_study("NCT99990098"),
        make_study("NCT99990099"),
    )
    Trial.objects.filter(nct_id="NCT99990098").update(missing_count=2)
    Trial.objects.filter(nct_id="NCT99990099").update(is_listed=False)
    listed = re.findall(
        rf"<loc>{SITE}/(\w+)/trials/(NCT\d+)/</loc>", client.get("/sitemap.xml").content.decode()
    )
    wanted = {key for key, status in numbered.items() if status not in NOINDEX_STATUSES}
    assert set(listed) == {(language, key) for key in wanted for language in ("en", "es")}
    assert len(listed) == 2 * len(wanted)
    for trial in Trial.objects.listed():
        for language in ("en", "es"):
            page = client.get(f"/{language}/trials/{trial.nct_id}/").content.decode()
            is_told = (language, trial.nct_id) in listed
            assert ('<meta name="robots" content="noindex">' in page) is not is_told


class TestFiles:
    """sitemaps.org allows 50,000 addresses in a file; further ones stand in further files."""

    @pytest.fixture
    def whole(self, clinic, client, settings):
        settings.SITE_URL = SITE
        sync_studies(*(make_study(f"NCT9999000{number}") for number in range(1, 6)))
        return self.locations(client, "/sitemap.xml")

    def locations(self, client, address):
        answer = client.get(address)
        assert answer["Content-Type"] == "application/xml; charset=utf-8"
        return LOCATION.findall(answer.content.decode())

    def test_the_files_of_the_index_hold_every_address_once(self, whole, client, monkeypatch):
        assert len(whole) > 10
        monkeypatch.setattr("clinic.sitemap.MOST", 5)
        assert b"<sitemapindex " in client.get("/sitemap.xml").content
        files = self.locations(client, "/sitemap.xml")
        held = [self.locations(client, file.removeprefix(SITE)) for file in files]
        assert [address for file in held for address in file] == whole
        assert [len(file) for file in held[:-1]] == [5] * (len(files) - 1)
        assert 1 <= len(held[-1]) <= 5

    @pytest.mark.parametrize(("spare", "files"), [(0, 0), (1, 0), (-1, 2)])
    def test_what_one_file_holds_needs_no_index(self, whole, client, monkeypatch, spare, files):
        monkeypatch.setattr("clinic.sitemap.MOST", len(whole) + spare)
        found = self.locations(client, "/sitemap.xml")
        assert found == [f"{SITE}/sitemap-{number}.xml" for number in range(1, files + 1)] or (
            not files and found == whole
        )

    @pytest.mark.parametrize("number", [0, 2, 10**30])
    def test_a_file_that_is_not_there(self, whole, client, number):
        assert client.get(f"/sitemap-{number}.xml").status_code == 404
