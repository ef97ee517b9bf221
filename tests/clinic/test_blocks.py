"""The StreamField vocabulary: what each block shows and what it refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from pytest_django.asserts import assertInHTML
from wagtail import blocks

from clinic import illustrations
from clinic.blocks import BodyBlock, HomeBlock
from clinic.models import PatientText
from tests.clinic.test_pages import make_settings
from tests.factories import make_page, make_patient_text

BODY = BodyBlock()
HOME = HomeBlock()


def render(name: str, value: object, *, stream: blocks.StreamBlock = BODY) -> str:
    """Return the HTML of one block of a stream, with a request as pages have it."""
    stream_value = stream.to_python(
        [{"type": name, "value": value, "id": "abcdef12-0000-0000-0000-000000000000"}]
    )
    return stream_value[0].render(context={"request": RequestFactory().get("/en/")})


@pytest.mark.django_db
class TestEveryBlock:
    @pytest.mark.parametrize("name", sorted(BODY.child_blocks))
    def test_block__has_words_for_editors(self, name: str) -> None:
        block = BODY.child_blocks[name]
        assert str(block.label)
        assert block.get_description()
        assert block.meta.icon != "placeholder"
        assert block.meta.template.startswith("blocks/")

    @pytest.mark.parametrize(
        ("stream", "name"),
        [
            (stream, name)
            for stream in (BODY, HOME)
            for name, block in sorted(stream.child_blocks.items())
            # The others need an image, a page or rows, which a preview cannot invent.
            if hasattr(block.meta, "preview_value")
        ],
    )
    def test_preview__renders(self, stream: blocks.StreamBlock, name: str) -> None:
        block = stream.child_blocks[name]
        html = block.render(
            block.get_preview_value(), context={"request": RequestFactory().get("/en/")}
        )
        assert html.strip() or name == "patient_text"


@pytest.mark.django_db
class TestText:
    def test_heading__keeps_its_anchor_when_reworded(self) -> None:
        assert '<h2 id="part-abcdef12">One</h2>' in render("heading", "One")
        assert 'id="part-abcdef12"' in render("heading", "Another")

    def test_heading__is_escaped(self) -> None:
        assert "&lt;script&gt;" in render("heading", "<script>")

    def test_table__names_its_rows(self) -> None:
        value = {
            "columns": [{"type": "text", "heading": ""}, {"type": "text", "heading": "Dose"}],
            "rows": [{"values": ["Day 1", "10 mg"]}],
            "caption": "Doses",
        }
        html = render("table", value)
        assertInHTML('<tr><th scope="row">Day 1</th><td>10 mg</td></tr>', html)
        assert '<caption id="part-abcdef12-caption">Doses</caption>' in html
        assert 'tabindex="0"' in html

    def test_table__a_row_without_a_name_has_no_empty_heading(self) -> None:
        value = {
            "columns": [{"type": "text", "heading": name} for name in ("Good", "Hard")],
            "rows": [{"values": ["", "More visits"]}],
            "caption": "Two sides",
        }
        html = render("table", value)
        assert '<th scope="row">' not in html
        assert "More visits" in html

    def test_table__without_a_caption__is_refused(self) -> None:
        block = BODY.child_blocks["table"]
        value = block.to_python(
            {
                "columns": [{"type": "text", "heading": "A"}],
                "rows": [{"values": ["x"]}],
                "caption": "",
            }
        )
        with pytest.raises(ValidationError, match="caption"):
            block.clean(value)

    @pytest.mark.parametrize(
        ("kind", "title"),
        [("note", "Good to know"), ("ask", "Ask your care team"), ("caution", "Be careful")],
    )
    def test_callout__has_a_title_of_its_kind(self, kind: str, title: str) -> None:
        html = render("callout", {"kind": kind, "title": "", "text": "<p>x</p>"})
        assert title in html
        assert f"callout--{kind}" in html

    def test_patient_text__shows_the_live_text(self) -> None:
        make_patient_text(key=PatientText.Key.LANGUAGE_HELP, title="Free help", live=True)
        html = render("patient_text", {"key": "language_help"})
        assert 'id="language_help"' in html
        assert "Free help" in html

    def test_patient_text__that_is_not_live__is_not_shown(self) -> None:
        make_patient_text(key=PatientText.Key.LANGUAGE_HELP, title="Free help", live=False)
        assert "Free help" not in render("patient_text", {"key": "language_help"})


@pytest.mark.django_db
class TestSafety:
    def test_when_to_call__says_it_in_words_and_can_be_tapped(self) -> None:
        make_settings()
        html = render("when_to_call", {"red": ["Chest pain"], "amber": ["Fever"], "green": []})
        assert 'href="tel:911"' in html
        assert 'href="tel:+14155550199"' in html
        assert "Call us now, day or night" in html
        assert "next visit" not in html

    def test_urgent__uses_the_emergency_text(self) -> None:
        make_settings()
        make_patient_text(key=PatientText.Key.EMERGENCY, title="Ill?", body="<p>Now</p>", live=True)
        html = render("urgent", {"title": "", "text": ""})
        assert "Ill?" in html
        assert "<p>Now</p>" in html


class TestLinks:
    @pytest.mark.parametrize(
        ("page", "url", "text", "field"),
        [
            (None, "", "Nowhere", "page"),
            (None, "https://example.org/", "", "text"),
        ],
    )
    def test_link__to_no_single_place__is_refused(
        self, page: object, url: str, text: str, field: str
    ) -> None:
        link = BODY.child_blocks["links"].child_blocks["links"].child_block
        with pytest.raises(blocks.StructBlockValidationError) as refused:
            link.clean(link.to_python({"page": page, "url": url, "text": text}))
        assert field in refused.value.block_errors

    def test_link_list__shows_the_words(self) -> None:
        html = render(
            "links",
            {"title": "", "links": [{"page": None, "url": "https://example.org/", "text": "NCI"}]},
        )
        assert 'href="https://example.org/"' in html
        assert "NCI" in html


@pytest.mark.django_db
class TestIllustrations:
    def test_names__are_those_of_the_folder(self) -> None:
        assert illustrations.names()
        assert illustrations.choices()[0][0] == illustrations.names()[0]

    @pytest.mark.parametrize("name", ["../settings", "..", "/etc/passwd", "None", "a b", "A"])
    def test_unknown_name__shows_nothing(self, name: str) -> None:
        assert illustrations.render(name, uid="x", title="t") == ""

    def test_drawing__has_a_name_and_ids_of_its_own(self) -> None:
        name = illustrations.names()[0]
        first = render("illustration", {"name": name, "description": "", "caption": "Cells"})
        assert 'role="img"' in first
        assert 'aria-labelledby="drawing-1-title' in first
        assert 'id="drawing-1-title"' in first
        assert "<figcaption>Cells</figcaption>" in first

    def test_words_in_a_drawing__are_escaped(self) -> None:
        svg = illustrations.render(illustrations.names()[0], uid="d", title='<b>"x"</b>')
        assert "<b>" not in svg
        assert "&lt;b&gt;" in svg

    def test_numbers__lead_to_their_pages(self) -> None:
        pages = [make_page(title=f"Place {number}") for number in range(1, 10)]
        value = {"name": "side-effects-body", "places": [page.pk for page in pages]}
        html = render("illustration", value)
        assert html.count("<a ") == 9
        for page in pages:
            number = page.title.split()[1]
            link = html[html.index(f'href="{page.url}"') :]
            assert f">{number}</text></a>" in link[: link.index("</a>") + 4]
        # Its words are text: in a picture, or to the keyboard, links would be lost or twice there.
        assert 'role="img"' not in html
        assert html.count('tabindex="-1"') == 9
        assert "visually-hidden" in html and "The outline of a body" in html

    def test_place_that_nobody_can_read__leaves_a_plain_picture(self) -> None:
        draft = make_page(live=False)
        html = render("illustration", {"name": "side-effects-body", "places": [draft.pk]})
        assert "<a " not in html
        assert 'role="img"' in html

    def test_drawing_without_a_title__is_hidden_from_screen_readers(self) -> None:
        svg = illustrations.render(illustrations.names()[0], uid="d")
        assert 'aria-hidden="true"' in svg
        assert 'role="img"' not in svg
