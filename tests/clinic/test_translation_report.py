"""The report says of every English text how it stands in the other languages."""

import csv
from io import StringIO
from typing import Any

import pytest
from django.urls import reverse

from clinic.models import PatientText
from clinic.roles import COORDINATORS, EDITORS
from clinic.translation_report import rows
from tests.clinic.review_steps import change, fresh, log_in
from tests.clinic.test_translation_signing import (
    make_translator,
    publish,
    sign_draft,
    translate,
)
from tests.factories import make_home_page, make_locale, make_page, make_patient_text, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def home() -> Any:
    home = make_home_page(title="Front")
    make_home_page(locale=make_locale("es"), translation_key=home.translation_key)
    return home


@pytest.fixture
def pages(home: Any) -> None:
    """Make a page in each state."""
    editor, spanish = make_user(EDITORS), make_locale("es")
    for title in ("Missing", "Draft", "Behind", "Current", "=Formula"):
        page = make_page(home, title=title)
        if title in ("Missing", "=Formula"):
            continue
        copy = translate(page, spanish)
        if title != "Draft":
            publish(copy, editor, introduction="Cuidamos.")
        if title == "Behind":
            publish(page, editor, introduction="We care more.")


def states() -> dict[str, str]:
    return {row.title: row.state.value for row in rows()}


def report(query: str = "", role: str = EDITORS) -> Any:
    return log_in(make_user(role)).get(f"{reverse('translations')}?{query}", follow=True)


def titles(query: str) -> list[str]:
    found = csv.DictReader(StringIO(report(f"{query}&export=csv").content.decode()))
    return [row["English text"] for row in found]


def test_rows__name_the_state_of_each_page(pages: None) -> None:
    assert states() == {
        "=Formula": "missing",
        "Missing": "missing",
        "Draft": "draft",
        "Behind": "behind",
        "Current": "current",
        "Front": "behind",  # nobody recorded which version it says
    }
    assert [row.state.value for row in rows()] == sorted(
        states().values(), key=["missing", "draft", "behind", "current"].index
    )


def test_rows__hold_texts_too_and_who_signed_them() -> None:
    text = make_patient_text(title="Thanks")
    make_patient_text(key=PatientText.Key.CONSENT, title="Draft", live=False)
    make_locale("es")
    assert states() == {"Thanks": "missing"}
    copy = translate(text, make_locale("es"))
    translator = make_translator(name="Rosa Vega")
    change(copy, translator, title="Gracias")
    sign_draft(copy, translator)
    [row] = rows()
    assert (row.state.value, row.translator) == ("draft", "Rosa Vega, CMI-Spanish")


def test_rows__leave_out_aliases(home: Any) -> None:
    page = make_page(home, title="Only English")
    fresh(page).copy_for_translation(make_locale("es"), alias=True)
    assert states()["Only English"] == "missing"


def test_rows__cost_the_same_for_many_pages(
    pages: None, home: Any, django_assert_max_num_queries: Any
) -> None:
    for _number in range(5):
        translate(make_page(home), make_locale("es"))
    with django_assert_max_num_queries(20):
        assert len(rows()) == 11


def test_report__can_be_narrowed(pages: None) -> None:
    make_patient_text(title="Thanks")
    assert titles("state=behind") == ["Behind", "Front"]
    assert titles("state=missing&kind=clinic.patienttext") == ["Thanks"]
    assert len(titles("language=es")) == 7
    assert len(titles("language=xx")) == 7


def test_report__leads_to_the_screens(pages: None) -> None:
    html = report("state=draft").content.decode()
    assert ">Draft</a>" in html
    assert "/admin/translations/wagtailcore/page/" in html
    assert "Current</a>" not in html


def test_csv__holds_no_formula(pages: None) -> None:
    assert "'=Formula" in titles("state=missing")


def test_report__is_for_those_who_work_on_pages(pages: None) -> None:
    assert "do not have permission" in report(role=COORDINATORS).content.decode()
    menu = log_in(make_user(EDITORS)).get("/admin/").content.decode()
    assert reverse("translations") in menu
