"""Which trials search engines are told of."""

import re

import pytest

from tests.trials.factories import make_study, sync_studies
from trials.enums import NOINDEX_STATUSES, TrialStatus
from trials.models import Trial

pytestmark = pytest.mark.django_db
SITE = "https://clinic.example"


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
