"""The way in for people who were just told: by medicine, cancer, side effect and step."""

import pytest
from django.test import Client

from education.models import EducationIndexPage, EducationPage, FindMyPage, Synonym, TherapyType
from education.templatetags.find_tags import medicines
from tests.education.factories import make_education_page
from tests.factories import make_locale

pytestmark = pytest.mark.django_db
SECTION = EducationPage.Section


@pytest.fixture
def drug() -> Synonym:
    kind = TherapyType.objects.create(slug="ci", name_en="Brakes off", name_es="Sin frenos")
    page = make_education_page(title="Brakes off", section=SECTION.TYPES)
    page.therapy_types.set([kind])
    page.save()
    generic = Synonym.objects.create(
        term="exampliximab", language="en", kind=Synonym.Kind.GENERIC, therapy_type=kind
    )
    Synonym.objects.create(
        term="Examplia",
        language="en",
        kind=Synonym.Kind.BRAND,
        therapy_type=kind,
        generic=generic,
    )
    return generic


@pytest.fixture
def way_in(drug: Synonym) -> FindMyPage:
    index = EducationIndexPage.objects.get()
    page = FindMyPage(title="I was just told", slug="find-my-page", locale=make_locale())
    return index.add_child(instance=page)


def test_medicine__leads_with_its_brand_to_the_page_of_its_kind(drug: Synonym) -> None:
    [(letter, [medicine])] = medicines()
    assert (letter, medicine.generic, medicine.brands) == ("E", "exampliximab", ["Examplia"])
    assert medicine.url == EducationPage.objects.get(title="Brakes off").get_url()


def test_medicine__without_a_page_is_still_named(way_in: FindMyPage, client: Client) -> None:
    EducationPage.objects.get(title="Brakes off").unpublish()
    shown = client.get(way_in.get_url()).content.decode()
    assert "<strong>exampliximab</strong> (Examplia)</span>: Brakes off" in shown


def test_page__lists_cancers_and_side_effects_that_are_live(
    way_in: FindMyPage, client: Client
) -> None:
    make_education_page(title="Skin cancer", section=SECTION.CANCERS)
    make_education_page(title="A draft", section=SECTION.CANCERS, live=False)
    make_education_page(title="Itching", section=SECTION.SIDE_EFFECTS)
    shown = client.get(way_in.get_url()).content.decode()
    cancers = shown[shown.index('id="by-cancer"') : shown.index('id="by-side-effect"')]
    assert "Skin cancer" in cancers
    assert "A draft" not in shown
    assert "Itching" in shown[shown.index('id="by-side-effect"') :]


def test_page__says_so_where_a_language_has_no_pages_yet(
    way_in: FindMyPage, client: Client
) -> None:
    shown = client.get(way_in.get_url()).content.decode()
    assert shown.count("These pages are not in your language yet") == 2


def test_search_box__asks_the_site_without_scripts(way_in: FindMyPage, client: Client) -> None:
    shown = client.get(way_in.get_url()).content.decode()
    assert 'action="/en/search/"' in shown
    assert client.get("/en/search/", {"q": "exampliximab"}).status_code == 200


def test_index__leads_there(way_in: FindMyPage, client: Client) -> None:
    index = EducationIndexPage.objects.get()
    assert (
        f'href="{way_in.get_url()}">I was just told' in client.get(index.get_url()).content.decode()
    )
    way_in.unpublish()
    assert "I was just told" not in client.get(index.get_url()).content.decode()


def test_query_count__does_not_grow_with_the_pages(
    way_in: FindMyPage, client: Client, django_assert_max_num_queries
) -> None:
    for number in range(12):
        make_education_page(title=f"Cancer {number}", section=SECTION.CANCERS)
    client.get(way_in.get_url())
    with django_assert_max_num_queries(20):
        client.get(way_in.get_url())
