"""How many queries a page may cost at the public door (docs: budgets of the benchmark)."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.test import Client
from django.urls import clear_url_caches

import clinic.demo
import education.demo

EDUCATION_PAGE_COLD = 15


@pytest.fixture
def public_door(settings: Any, db: None) -> Client:
    settings.PROCESS = "public"
    settings.MIDDLEWARE = django_settings.PUBLIC_MIDDLEWARE
    settings.ROOT_URLCONF = "clinic.urls.public"
    clear_url_caches()
    return Client()


@pytest.mark.django_db
@pytest.mark.parametrize("slug", ["checkpoint-inhibitors", "what-is-a-clinical-trial", "melanoma"])
def test_education_page__stays_within_its_queries(
    public_door: Client, django_assert_max_num_queries: Any, slug: str
) -> None:
    clinic.demo.load()
    education.demo.load()
    address = f"/en/education/{slug}/"
    assert public_door.get(address).status_code == 200
    with django_assert_max_num_queries(EDUCATION_PAGE_COLD):
        public_door.get(address)
