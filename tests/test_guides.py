"""The guides show pictures that are kept, and lead to parts of the guides that exist."""

import fnmatch
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parent.parent / "docs"
GUIDES = sorted([*DOCS.glob("*.md"), *DOCS.glob("security/*.md"), *DOCS.glob("runbooks/*.md")])
PICTURE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def place_of(heading: str) -> str:
    """Return the anchor that a forge makes of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).strip().replace(" ", "-")


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_pictures__are_kept_and_described(guide: Path) -> None:
    ignored = (DOCS / "screenshots" / ".gitignore").read_text().splitlines()
    kept = [line.removeprefix("!") for line in ignored if line.startswith("!")]
    for words, target in PICTURE.findall(guide.read_text()):
        assert words, target
        assert (DOCS / target).is_file(), target
        assert any(fnmatch.fnmatch(Path(target).name, pattern) for pattern in kept), target


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_links__lead_to_a_part_of_the_guides(guide: Path) -> None:
    for target in LINK.findall(guide.read_text()):
        if target.startswith(("http://", "https://")):
            continue
        path, _hash, place = target.partition("#")
        leads_to = (guide.parent / path) if path else guide
        assert leads_to.exists(), target
        if place:
            assert place in map(place_of, HEADING.findall(leads_to.read_text())), target


def test_editors_guide__has_pictures_of_their_work() -> None:
    assert len(PICTURE.findall((DOCS / "editors.md").read_text())) >= 6
