import pytest
from wagtail.models import Site

from clinic.models import ClinicSettings, PageCacheGeneration
from tests.trials.factories import OUR_FACILITY


@pytest.fixture
def clinic(db):
    """The clinic's settings with its facility name and ZIP code."""
    return ClinicSettings.objects.update_or_create(
        site=Site.objects.get(is_default_site=True),
        defaults={
            "short_name": "Marigold Clinic",
            "phone": "(415) 555-0100",
            "facility_names": OUR_FACILITY,
            "facility_zip_codes": "94199",
        },
    )[0]


@pytest.fixture
def generation(db):
    """Return a function that gives the page cache's generation."""
    return lambda: PageCacheGeneration.objects.values_list("value", flat=True).first() or 0
