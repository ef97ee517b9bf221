"""Every page type can be made, shown, edited and previewed; its frame comes with few queries."""

import json
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from wagtail.models import Page
from wagtail.test.utils import WagtailPageTestCase
from wagtail.test.utils.form_data import inline_formset, nested_form_data, streamfield

from clinic.models import (
    ClinicSettings,
    ContactPage,
    HomePage,
    PatientText,
    PeoplePage,
    StandardPage,
)
from clinic.navigation import load_surroundings
from clinic.site_facts import clinic_settings, patient_texts
from education.models import (
    CancerType,
    EducationIndexPage,
    EducationPage,
    FindMyPage,
    TherapyType,
)
from tests.education.factories import make_education_index, make_education_page
from tests.factories import (
    make_home_page,
    make_locale,
    make_page,
    make_patient_text,
    make_person,
)

BODY = json.dumps(
    [
        {"type": "heading", "value": "How it works", "id": "11111111-aaaa"},
        {"type": "paragraph", "value": "<p>T cells find cancer.</p>", "id": "22222222-aaaa"},
        {
            "type": "when_to_call",
            "value": {"red": ["Chest pain"], "amber": ["Fever"], "green": ["Rash"]},
            "id": "33333333-aaaa",
        },
    ]
)


def editor_form(page: Page) -> dict[str, Any]:
    """Return what the editor of the page would post."""
    data: dict[str, Any] = {
        "title": page.title,
        "slug": page.slug,
        "introduction": "In one sentence.",
        "comments": inline_formset([]),
        "body": streamfield([]),
    }
    if isinstance(page, HomePage):
        data |= {"hero_title": "Hope", "hero_text": "Care."}
    if isinstance(page, EducationPage):
        data |= {"section": "basics", "key_points": streamfield([]), "citations": streamfield([])}
        data["unmarked_terms"] = inline_formset([])
    return nested_form_data(data)


class PageTypesTest(WagtailPageTestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        cls.home = make_home_page()
        cls.index = make_education_index(cls.home)

    def setUp(self) -> None:
        self.login()

    def pages(self) -> list[Page]:
        below_home = [
            StandardPage(title="About", slug="about", body=BODY),
            PeoplePage(title="People", slug="people", body=BODY),
            ContactPage(title="Contact", slug="contact", body=BODY),
        ]
        made = [self.home.add_child(instance=page) for page in below_home]
        education = EducationPage(title="Cells", slug="cells", body=BODY, is_side_effect_page=True)
        return [self.home, self.index, *made, self.index.add_child(instance=education)]

    def test_every_type__is_routable_renderable_editable_previewable(self) -> None:
        make_person()
        for page in self.pages():
            with self.subTest(page=type(page).__name__):
                self.assertEqual(self.client.get(page.get_url()).status_code, 200)
                self.assertPageIsRenderable(page)
                self.assertPageIsEditable(page, post_data=editor_form(page))
                self.assertPageIsPreviewable(page, post_data=editor_form(page))

    def test_tree__is_closed(self) -> None:
        self.assertEqual(
            {model for model in HomePage.allowed_subpage_models() if model.is_creatable},
            {StandardPage, PeoplePage, ContactPage, EducationIndexPage},
        )
        self.assertAllowedSubpageTypes(EducationIndexPage, {EducationPage, FindMyPage})
        self.assertAllowedSubpageTypes(FindMyPage, set())
        self.assertAllowedSubpageTypes(EducationPage, set())
        self.assertAllowedSubpageTypes(StandardPage, {StandardPage})
        self.assertCanNotCreateAt(HomePage, HomePage)

    def test_second_education_index__is_refused(self) -> None:
        self.assertFalse(EducationIndexPage.can_create_at(self.home))


@pytest.mark.django_db
class TestFrame:
    def test_reserved_slug__is_refused(self) -> None:
        page = make_page()
        page.slug = "trials"
        with pytest.raises(ValidationError, match="part of the site"):
            page.full_clean()

    def test_menu_and_footer__divide_the_pages_below_home(self) -> None:
        home = make_home_page()
        make_page(home, title="Our approach", show_in_menus=True)
        make_page(home, title="Privacy")
        make_page(home, title="Draft", show_in_menus=True, live=False)
        navigation, _languages = load_surroundings(None, home)
        assert [link.title for link in navigation.menu] == ["Our approach"]
        assert [link.title for link in navigation.footer] == ["Privacy"]

    def test_breadcrumbs__name_the_ancestors(self, client: Client) -> None:
        page = make_education_page(title="Cells")
        html = client.get(page.url).content.decode()
        assert 'aria-label="You are here"' in html
        assert '<li aria-current="page">Cells</li>' in html
        assert page.get_parent().url in html

    def test_page__has_one_h1_a_skip_link_and_a_language(self, client: Client) -> None:
        html = client.get(make_page().url).content.decode()
        assert html.count("<h1") == 1
        assert '<html lang="en">' in html
        assert 'href="#content"' in html
        assert 'id="content"' in html

    def test_page__has_no_inline_script_or_style_and_no_foreign_address(
        self, client: Client
    ) -> None:
        make_settings()
        html = client.get(make_education_page(body=BODY).url).content.decode()
        assert "<script>" not in html
        assert "style=" not in html
        assert 'src="http' not in html
        assert '<link rel="stylesheet" href="http' not in html

    def test_settings__are_never_created_by_reading(self) -> None:
        assert clinic_settings().pk is None
        assert not ClinicSettings.objects.exists()

    def test_urgent_phone__stands_on_every_page(self, client: Client) -> None:
        make_settings()
        html = client.get(make_page().url).content.decode()
        assert 'href="tel:+14155550199"' in html

    def test_side_effect_page__opens_with_the_urgent_panel(self, client: Client) -> None:
        make_settings()
        make_patient_text(key=PatientText.Key.EMERGENCY, title="Feeling ill?", live=True)
        panel = "panel--urgent"
        page = make_education_page(is_side_effect_page=True)
        html = client.get(page.url).content.decode()
        assert panel in html
        assert "Feeling ill?" in html
        assert panel not in client.get(make_education_page().url).content.decode()

    def test_reviewed_line__names_the_person(self, client: Client) -> None:
        person = make_person(name="Ana Ruiz", credential="MD")
        page = make_education_page(reviewed_by=person, reviewed_on="2026-05-03")
        assert "Reviewed by Ana Ruiz, MD on May 3, 2026." in client.get(page.url).content.decode()

    def test_demo_content__says_so(self, client: Client) -> None:
        page = make_education_page(is_demo_content=True)
        assert "no clinician has reviewed this page" in client.get(page.url).content.decode()

    def test_spanish_text__falls_back_to_english_only_when_missing(self) -> None:
        make_patient_text(key=PatientText.Key.CONSENT, title="Consent", live=True)
        make_patient_text(key=PatientText.Key.THANK_YOU, title="Thanks", live=True)
        make_patient_text(
            key=PatientText.Key.THANK_YOU, title="Gracias", live=True, locale=make_locale("es")
        )
        from django.utils.translation import override

        with override("es"):
            texts = patient_texts()
        assert texts["thank_you"].title == "Gracias"
        assert texts["consent"].title == "Consent"


def make_settings() -> ClinicSettings:
    home = HomePage.objects.first() or make_home_page()
    return ClinicSettings.objects.create(
        site=home.get_site(), name="Clinic", phone="(415) 555-0100", urgent_phone="(415) 555-0199"
    )


@pytest.mark.django_db
def test_education_page__is_cold_within_its_budget(
    client: Client, django_assert_max_num_queries
) -> None:
    make_settings()
    page = make_education_page(
        body=BODY, reviewed_by=make_person(), reviewed_on="2026-05-03", is_side_effect_page=True
    )
    page.therapy_types.set([TherapyType.objects.get_or_create(slug="car-t")[0]])
    page.cancer_types.set(
        [CancerType.objects.get_or_create(slug="lung", defaults={"family": "solid"})[0]]
    )
    page.related_pages.set([make_education_page(), make_education_page()])
    page.save()
    with django_assert_max_num_queries(15):
        assert client.get(page.url).status_code == 200
