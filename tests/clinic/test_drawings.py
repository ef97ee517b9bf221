"""The drawings: one style, coloured from outside, described for those who cannot see them."""

import re
import xml.etree.ElementTree as ET

import pytest
from django.conf import settings

from clinic import illustrations
from clinic.drawing_words import DRAWING_WORDS

STYLESHEET = settings.BASE_DIR / "clinic" / "static" / "clinic" / "css" / "illustrations.css"
SVG = "{http://www.w3.org/2000/svg}"
FOREIGN = {"style", "fill", "stroke", "stroke-width", "href", "onclick", "onload"}


def test_words__are_those_of_the_files() -> None:
    assert set(DRAWING_WORDS) == set(illustrations.names())
    for name, words in DRAWING_WORDS.items():
        assert illustrations.texts(name) == words


@pytest.mark.parametrize("name", illustrations.names())
class TestDrawing:
    def tree(self, name: str) -> ET.Element:
        return ET.fromstring((illustrations.FOLDER / f"{name}.svg").read_text(encoding="utf-8"))

    def test_colours__come_from_classes_that_the_stylesheet_knows(self, name: str) -> None:
        known = set(re.findall(r"\.(ill-[a-z-]+)", STYLESHEET.read_text(encoding="utf-8")))
        for element in self.tree(name).iter():
            assert not FOREIGN & set(element.attrib), element.tag
            assert set(element.get("class", "").split()) <= known

    def test_drawing__has_no_style_and_no_script(self, name: str) -> None:
        tags = {element.tag.removeprefix(SVG) for element in self.tree(name).iter()}
        assert not tags & {"style", "script", "image", "use", "foreignObject"}

    def test_drawing__is_described(self, name: str) -> None:
        title, description = illustrations.texts(name)
        assert title and len(description) > len(title)

    def test_drawing__is_light_enough_to_be_inlined(self, name: str) -> None:
        assert (illustrations.FOLDER / f"{name}.svg").stat().st_size < 16_000
