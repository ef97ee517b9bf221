"""The page about a cancer gathers what is used there and its own trials, not those of others."""

import pytest

from education.models import EducationPage
from tests.education.factories import make_education_page
from tests.trials.factories import (
    make_cancer_type,
    make_study,
    make_therapy_type,
    our_location,
    sync_studies,
)

pytestmark = pytest.mark.django_db
SECTION = EducationPage.Section


def make_page(title, section, therapies=(), cancers=()):
    page = make_education_page(title=title, section=section)
    page.therapy_types.set(therapies)
    page.cancer_types.set(cancers)
    page.save()
    return page


def test_kinds__link_to_the_pages_that_explain_one_of_them(clinic, client):
    used, other = make_therapy_type("ci", "Brakes off"), make_therapy_type("ab", "Antibodies")
    make_page("Brakes off", SECTION.TYPES, [used])
    make_page("All kinds compared", SECTION.TYPES, [used, other])
    make_page("Antibodies explained", SECTION.TYPES, [other])
    hub = make_page("Skin cancer", SECTION.CANCERS, [used])
    html = client.get(hub.get_url()).content.decode()
    kinds = html[html.index('id="treatments"') : html.index("</ul>", html.index('id="treatments"'))]
    assert "Brakes off" in kinds
    assert "compared" not in kinds
    assert "Antibodies" not in kinds


def test_other_sections__have_no_list_of_kinds(clinic, client):
    used = make_therapy_type("ci", "Brakes off")
    make_page("Brakes off", SECTION.TYPES, [used])
    page = make_page("Living with it", SECTION.LIVING, [used])
    assert 'id="treatments"' not in client.get(page.get_url()).content.decode()


def test_open_trials__are_those_of_the_cancer_not_of_the_treatment(clinic, client):
    skin = make_cancer_type("melanoma", "Melanoma", "melanoma")
    make_cancer_type("lung-cancer", "Lung cancer", "lung cancer")
    drug = make_therapy_type("ci", "Brakes off", "pembrolizumab")
    for nct_id, condition in (("NCT99990001", "Melanoma"), ("NCT99990002", "Lung Cancer")):
        sync_studies(
            make_study(
                nct_id,
                identificationModule={"briefTitle": f"Study of {condition}", "officialTitle": None},
                conditionsModule={"conditions": [condition], "keywords": []},
                armsInterventionsModule={
                    "interventions": [{"type": "DRUG", "name": "Pembrolizumab"}]
                },
                contactsLocationsModule={"locations": [our_location()]},
            )
        )
    hub = make_page("Skin cancer", SECTION.CANCERS, [drug], [skin])
    shown = client.get(hub.get_url()).content.decode()
    assert "NCT99990001" in shown
    assert "NCT99990002" not in shown
    about_both = make_page("A drug", SECTION.TYPES, [drug], [skin])
    assert "NCT99990002" in client.get(about_both.get_url()).content.decode()
