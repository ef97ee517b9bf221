"""How many queries a page may cost at the public door (docs: budgets of the benchmark)."""

from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import clear_url_caches

import clinic.demo
import education.demo
from education.models import EducationPage

EDUCATION_PAGE_COLD = 15


@pytest.fixture
def public_door(settings: Any, db: None) -> Client:
    settings.PROCESS = "public"
    settings.MIDDLEWARE = django_settings.PUBLIC_MIDDLEWARE
    settings.ROOT_URLCONF = "clinic.urls.public"
    clear_url_caches()
    return Client()


@pytest.mark.django_db
def test_every_education_page__stays_within_its_queries(public_door: Client) -> None:
    clinic.demo.load()
    education.demo.load()
    costs = {}
    for page in EducationPage.objects.live():
        assert public_door.get(page.url).status_code == 200
        with CaptureQueriesContext(connection) as queries:
            public_door.get(page.url)
        costs[page.url] = len(queries)
    assert len(costs) > 70
    assert {url: cost for url, cost in costs.items() if cost > EDUCATION_PAGE_COLD} == {}
