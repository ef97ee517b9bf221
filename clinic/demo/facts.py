"""The demo clinic's settings, people and texts for patients."""

import uuid
from pathlib import Path
from typing import Any

import yaml
from wagtail.models import Locale, Site

from clinic.demo.files import read_folder
from clinic.demo.markdown_blocks import rich_text
from clinic.demo.site_tree import LANGUAGES, resolver
from clinic.models import ClinicSettings, PatientText, Person, User
from clinic.review import publishing_without_review

FOLDER = Path(__file__).resolve().parent
TEXTS = FOLDER / "texts"
OWNER_OF_GENERAL_INQUIRIES = "lead@demo.example"
_NAMESPACE = uuid.UUID("0f9d1c52-7a86-4c7b-8d0c-3a6f2f6f7a10")

# Invented: 555-01xx numbers and the ZIP code 94199 belong to nobody.
CLINIC: dict[str, Any] = {
    "name": "Marigold Cancer Immunotherapy Clinic",
    "short_name": "Marigold Clinic",
    "phone": "(415) 555-0100",
    "tty": "711",
    "urgent_phone": "(415) 555-0199",
    "email": "hello@marigold.example",
    "street": "1200 Harbor Street",
    "city": "Fairhaven",
    "state": "CA",
    "zip_code": "94199",
    "hours": "Monday–Friday · lunes–viernes, 8:30 a.m.–5 p.m.",  # settings have one language
    "facility_names": "Marigold Cancer Immunotherapy Clinic",
    "facility_zip_codes": "94199",
}


def add_settings(site: Site) -> None:
    """Fill in the clinic's settings when nobody has yet."""
    if not ClinicSettings.objects.filter(site=site).exists():
        owner = User.objects.filter(email=OWNER_OF_GENERAL_INQUIRIES).first()
        ClinicSettings.objects.create(site=site, default_assignee=owner, **CLINIC)


def add_people() -> None:
    """Add the specialists of each language; none where there are people already."""
    entries = yaml.safe_load((FOLDER / "people.yaml").read_text(encoding="utf-8"))
    for language in LANGUAGES:
        locale = Locale.objects.get(language_code=language)
        if Person.objects.filter(locale=locale).exists():
            continue
        for order, entry in enumerate(entries):
            Person.objects.create(
                locale=locale,
                translation_key=uuid.uuid5(_NAMESPACE, entry["name"]),
                name=entry["name"],
                credential=entry["credential"],
                role=entry["role"][language],
                area=entry["area"][language],
                bio=entry["bio"][language],
                is_qualified_translator=entry.get("is_qualified_translator", False),
                is_listed=entry.get("is_listed", True),
                sort_order=order,
            )


def add_patient_texts() -> None:
    """Publish the texts for patients that are missing, as demo content."""
    for language in LANGUAGES:
        locale = Locale.objects.get(language_code=language)
        known = set(PatientText.objects.filter(locale=locale).values_list("key", flat=True))
        for file in read_folder(TEXTS / language):
            if file.name in known:
                continue
            text = PatientText(
                key=file.name,
                locale=locale,
                translation_key=uuid.uuid5(_NAMESPACE, file.name),
                title=file.meta["title"],
                body=rich_text(file.body, resolver(language)),
                is_demo_content=True,
                live=False,
            )
            text.save()
            with publishing_without_review():
                text.save_revision().publish()
