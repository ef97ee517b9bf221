"""Pages by reading level, and links that lead to nothing."""

from io import BytesIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model

from clinic import broken_links as broken
from clinic.broken_links import BrokenLink, broken_links
from clinic.models import TakeDown
from clinic.quality_reports import as_text
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from tests.clinic.review_steps import log_in
from tests.education.factories import make_education_index, make_education_page
from tests.education.test_reading_level import EASY, HARD
from tests.factories import make_home_page, make_locale, make_patient_text, make_user

pytestmark = pytest.mark.django_db

REPORTS = ["grades_report", "broken_links_report"]


def page_link(page_id: int, words: str = "our page") -> list[Any]:
    return [("paragraph", f'<p><a linktype="page" id="{page_id}">{words}</a></p>')]


def problems() -> list[tuple[str, str, str]]:
    return [(link.block, link.words, str(link.problem)) for link in broken_links()]


class TestGrades:
    def test_hardest__comes_first_in_each_language(self) -> None:
        make_education_page(title="Easy page", introduction=EASY)
        make_education_page(title="Hard page", introduction=HARD)
        make_education_page(title="Hidden page", introduction=HARD, live=False)
        html = log_in(make_user(EDITORS)).get(reverse("grades_report")).content.decode()
        assert 0 < html.index("Hard page") < html.index("Easy page")
        assert "Hidden page" not in html
        assert "flesch-kincaid-1975/1" in html and "8, too hard" in html and "8, kept" in html

    def test_spanish__starts_with_the_least_ease(self) -> None:
        spanish = make_locale("es")
        home = make_home_page(locale=spanish)
        index = make_education_index(parent=home, slug="educacion")
        easy = "El sol sale. La luna va. El mar es azul. Yo voy al mar con mi amiga."
        hard = (
            "Las modalidades inmunoterapéuticas necesitan consideraciones multidisciplinarias "
            "individualizadas y seguimientos longitudinales apropiados."
        )
        make_education_page(index, locale=spanish, title="Fácil", introduction=easy)
        make_education_page(index, locale=spanish, title="Difícil", introduction=hard)
        html = log_in(make_user(EDITORS)).get(reverse("grades_report")).content.decode()
        assert 0 < html.index("Difícil") < html.index("Fácil")


class TestBrokenLinks:
    def test_good_links__are_not_listed(self) -> None:
        target = make_education_page()
        document = get_document_model().objects.create(title="Leaflet", file="leaflet.pdf")
        address = f"/en/education/{target.slug}/"
        Redirect.objects.create(old_path="/en/old", redirect_page=target)
        html = (
            f'<p><a linktype="page" id="{target.pk}">page</a>'
            f'<a linktype="document" id="{document.pk}">leaflet</a>'
            f'<a href="https://www.cancer.gov/gone/">elsewhere</a>'
            f'<a href="{address}?a=b#part-1">address</a><a href="/en/old/">moved</a>'
            '<a href="/en/trials/NCT00000001/">trial</a><a href="/en/">home</a>'
            '<a href="#sources">sources</a>'
            '<a href="tel:+17135550100">phone</a></p>'
        )
        make_education_page(
            body=[("paragraph", html), ("page_cards", {"title": "", "pages": [target]})]
        )
        assert problems() == []

    def test_deleted_page__is_found_in_text_lists_and_cards(self) -> None:
        target = make_education_page()
        links = {"title": "", "links": [{"page": target, "url": "", "text": "more on it"}]}
        make_education_page(
            body=[
                *page_link(target.pk),
                ("links", links),
                ("page_cards", {"title": "", "pages": [target]}),
            ]
        )
        target.delete()
        gone = str(broken.PAGE_GONE)
        assert problems() == [
            ("Text", "our page", gone),
            ("List of links", "more on it", gone),
            ("Page cards", "", gone),
        ]

    def test_page_that_is_not_live__is_found_with_its_reason(self) -> None:
        draft, taken_down = make_education_page(live=False), make_education_page(live=False)
        TakeDown.objects.create(page=taken_down, reason="wrong")
        make_education_page(body=[*page_link(draft.pk, "a"), *page_link(taken_down.pk, "b")])
        assert problems() == [
            ("Text", "a", str(broken.PAGE_NOT_LIVE)),
            ("Text", "b", str(broken.PAGE_TAKEN_DOWN)),
        ]

    def test_link_in_spanish__leads_to_the_translation(self) -> None:
        draft = make_education_page(live=False)
        spanish = make_locale("es")
        index = make_education_index(make_home_page(locale=spanish), slug="educacion")
        make_education_page(index, locale=spanish, translation_key=draft.translation_key)
        make_education_page(index, locale=spanish, body=page_link(draft.pk))
        assert problems() == []

    @pytest.mark.parametrize(
        ("html", "problem"),
        [
            ('<p><a linktype="document" id="987654">x</a></p>', broken.DOCUMENT_GONE),
            ('<p><a href="#part-00000000">x</a></p>', broken.NO_SUCH_PLACE),
            ('<p><a href="#nowhere">x</a></p>', broken.NO_SUCH_PLACE),
            ('<p><a href="/en/education/never/">x</a></p>', broken.NO_SUCH_ADDRESS),
        ],
    )
    def test_other_dead_ends__are_found(self, html: str, problem: Any) -> None:
        make_education_page(body=[("paragraph", html)])
        assert problems() == [("Text", "x", str(problem))]

    def test_anchor_of_a_block__is_good(self) -> None:
        page = make_education_page()
        page.body = page._meta.get_field("body").to_python(
            [
                {"type": "heading", "value": "A", "id": "abcdef12-0000-4000-8000-000000000000"},
                {"type": "paragraph", "value": '<p><a href="#part-abcdef12">up</a></p>', "id": "b"},
            ]
        )
        page.save()
        assert problems() == []

    def test_text_for_patients__is_searched_too(self) -> None:
        make_patient_text(body='<p><a linktype="page" id="987654">x</a></p>', live=True)
        assert [type(link.holder).__name__ for link in broken_links()] == ["PatientText"]
        html = log_in(make_user(EDITORS)).get(reverse("broken_links_report")).content.decode()
        assert "Thank you" in html and "The page was deleted." in html

    def test_report__costs_the_same_for_more_links(self) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as captured:
                broken_links()
            return len(captured)

        make_education_page(body=page_link(987654))
        few = queries()
        for number in range(5):
            make_education_page(body=page_link(987654 + number))
        assert queries() == few


class TestExport:
    def test_csv_and_xlsx__hold_the_rows(self) -> None:
        make_education_page(title="=1+1", introduction=EASY, body=page_link(987654))
        client = log_in(make_user(EDITORS))
        for name in REPORTS:
            csv = client.get(reverse(name), {"export": "csv"})
            text = b"".join(csv.streaming_content).decode()
            assert "'=1+1" in text and "\n=1+1" not in text
            xlsx = client.get(reverse(name), {"export": "xlsx"})
            sheet = load_workbook(BytesIO(b"".join(xlsx.streaming_content))).active
            assert sheet is not None and sheet["A2"].value == "=1+1"
            assert sheet["A2"].data_type == "s"

    @pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@x", "\tx", "\t=x"])
    def test_cell__is_never_a_formula(self, text: str) -> None:
        assert as_text(text) == f"'{text}".replace("\t", " ")
        assert as_text("Page") == "Page"


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize("role", [EDITORS, REVIEWERS, ADMINISTRATORS, COORDINATORS, LEADS])
def test_reports__are_for_those_who_work_on_pages(name: str, role: str) -> None:
    make_education_page()
    sees = role in {EDITORS, REVIEWERS, ADMINISTRATORS}
    client = log_in(make_user(role))
    assert (client.get(reverse(name)).status_code == 200) is sees
    menu = client.get(reverse("wagtailadmin_home")).content.decode()
    assert (reverse(name) in menu) is sees


@pytest.mark.usefixtures("loaded_demo")
class TestDemo:
    def test_demo__has_no_broken_link(self) -> None:
        found: list[BrokenLink] = broken_links()
        assert [(str(link.holder), link.words, str(link.problem)) for link in found] == []
