"""What search engines are told: structured data, one address, translations, sitemap, robots."""

import json
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from wagtail.models import PageViewRestriction

from clinic.models import HomePage
from tests.education.factories import make_education_index, make_education_page
from tests.factories import make_home_page, make_locale, make_person
from tests.inquiries.factories import make_trial
from tests.trials.factories import make_cancer_type, make_therapy_type

SITE = "https://clinic.example"
LOCATION = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


@pytest.fixture
def home(db: None, settings: Any) -> HomePage:
    settings.SITE_URL = SITE
    return make_home_page()


def structured(client: Client, address: str) -> list[dict[str, Any]]:
    [block] = BLOCK.findall(client.get(address).content.decode())
    return json.loads(block)["@graph"]


class TestStructuredData:
    def test_education_page__tells_reviewer_date_and_sources(
        self, client: Client, home: HomePage
    ) -> None:
        citation = {"title": "Facts", "publisher": "NCI", "url": "https://www.cancer.gov/x"}
        page = make_education_page(
            title="Vaccines",
            reviewed_by=make_person(name="Ana Rivera"),
            reviewed_on=date(2026, 3, 4),
            citations=[("citation", citation)],
        )
        told, crumbs = structured(client, page.url)
        assert told["@type"] == "MedicalWebPage"
        assert told["url"] == f"{SITE}{page.url}"
        assert told["inLanguage"] == "en"
        assert told["reviewedBy"]["name"].startswith("Ana Rivera")
        assert told["lastReviewed"] == "2026-03-04"
        assert told["citation"][0]["url"] == citation["url"]
        names = [item["name"] for item in crumbs["itemListElement"]]
        assert names == ["Home", "Learn", "Vaccines"]

    def test_education_page__is_about_its_cancers_and_treatments(
        self, client: Client, home: HomePage
    ) -> None:
        page = make_education_page(section="cancers")
        assert structured(client, page.url)[0]["about"] == [
            {"@type": "Thing", "name": "By type of cancer"}
        ]
        page.cancer_types.add(make_cancer_type("melanoma", "Melanoma"))
        page.therapy_types.add(make_therapy_type("checkpoint", "Checkpoint inhibitors"))
        page.save()
        assert structured(client, page.url)[0]["about"] == [
            {"@type": "MedicalCondition", "name": "Melanoma"},
            {"@type": "MedicalTherapy", "name": "Checkpoint inhibitors"},
        ]

    def test_page_nobody_reviewed__claims_no_reviewer(self, client: Client, home: HomePage) -> None:
        told = structured(client, make_education_page().url)[0]
        assert not {"reviewedBy", "lastReviewed"} & set(told)

    def test_title__cannot_break_out_of_the_block(self, client: Client, home: HomePage) -> None:
        title = "</script><script>alert(1)</script> & more"
        page = make_education_page(title=title)
        assert structured(client, page.url)[0]["name"] == title
        assert b"<script>alert" not in client.get(page.url).content


class TestAddress:
    def test_page__names_its_one_address(self, client: Client, home: HomePage) -> None:
        page = make_education_page()
        html = client.get(page.url, {"utm_source": "x"}).content.decode()
        assert f'<link rel="canonical" href="{SITE}{page.url}">' in html

    def test_view__names_its_address_unless_it_was_asked_something(
        self, client: Client, home: HomePage
    ) -> None:
        html = client.get("/en/glossary/").content.decode()
        assert f'<link rel="canonical" href="{SITE}/en/glossary/">' in html
        assert 'rel="canonical"' not in client.get("/en/search/?q=cell").content.decode()

    def test_english__is_for_those_who_speak_neither_language(
        self, client: Client, home: HomePage
    ) -> None:
        html = " ".join(client.get(home.url).content.decode().split())
        assert f'hreflang="x-default" href="{SITE}{home.url}"' in html


class TestSitemap:
    def locations(self, client: Client) -> list[str | None]:
        response = client.get("/sitemap.xml")
        assert response["Content-Type"].startswith("application/xml")
        return [found.text for found in ET.fromstring(response.content).iter(LOCATION)]

    def test_public_texts__are_listed_with_their_translations(
        self, client: Client, home: HomePage
    ) -> None:
        spanish = make_home_page(
            locale=make_locale("es"), translation_key=home.translation_key, title="Inicio"
        )
        page = make_education_page(make_education_index(home))
        trial = make_trial()
        found = self.locations(client)
        assert {f"{SITE}{each.url}" for each in (home, spanish, page)} <= set(found)
        assert f"{SITE}/es/trials/{trial.nct_id}/" in found
        assert f"{SITE}/en/glossary/" in found
        text = client.get("/sitemap.xml").content.decode()
        assert f'hreflang="es" href="{SITE}{spanish.url}"' in text

    def test_what_the_public_may_not_see__is_not_listed(
        self, client: Client, home: HomePage
    ) -> None:
        draft = make_education_page(live=False)
        private = make_education_page()
        PageViewRestriction.objects.create(page=private, restriction_type="login")
        unlisted = make_trial(is_listed=False)
        text = " ".join(str(found) for found in self.locations(client))
        assert not [each for each in (draft.url, private.url, unlisted.nct_id) if each in text]


class TestRobots:
    def test_public_door__names_the_sitemap(self, client: Client, home: HomePage) -> None:
        text = client.get("/robots.txt").content.decode()
        assert f"Sitemap: {SITE}/sitemap.xml" in text
        assert "Disallow: /*/search/" in text

    def test_staff_door__asks_to_read_nothing(
        self, client: Client, home: HomePage, settings: Any
    ) -> None:
        settings.PROCESS = "staff"
        assert client.get("/robots.txt").content.decode().endswith("Disallow: /\n")
