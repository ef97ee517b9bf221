"""What differs between two versions: every signed part, word by word, said to everybody."""

import pytest
from wagtail.blocks import StreamValue

from clinic.models import StandardPage
from clinic.plain_parts import words_of_html
from clinic.text_changes import Kind, marked_words, text_changes

pytestmark = pytest.mark.django_db
LINK = '<p>See <a href="https://example.org/{}">the <b>list</b></a>.</p>'


def page(*blocks: tuple[str, object, str], **fields: object) -> StandardPage:
    raw = [{"type": kind, "value": value, "id": key} for kind, value, key in blocks]
    block = StandardPage._meta.get_field("body").stream_block
    return StandardPage(body=StreamValue(block, raw, is_lazy=True), **fields)


def kinds(before: StandardPage, after: StandardPage) -> list[str]:
    return [f"{change.kind} {change.label}" for change in text_changes(before, after)]


A = ("heading", "Fever", "a")
B = ("paragraph", "<p>Call us.</p>", "b")
C = ("paragraph", "<p>Rest well.</p>", "c")


class TestParts:
    def test_same_text__has_no_changes(self) -> None:
        assert text_changes(page(A, B, title="T"), page(A, B, title="T")) == []

    def test_block__is_added_removed_and_changed_at_its_place(self) -> None:
        other = ("heading", "High fever", "a")
        found = text_changes(page(A, B), page(other, C))
        assert [change.kind for change in found] == [Kind.CHANGED, Kind.REMOVED, Kind.ADDED]

    def test_order_of_blocks__is_said(self) -> None:
        assert kinds(page(A, B), page(B, A)) == ["moved Content"]

    def test_block_with_another_key__is_the_same(self) -> None:
        assert kinds(page(A), page(("heading", "Fever", "z"))) == []

    def test_keys_that_the_form_adds__are_no_change(self) -> None:
        saved = ("paragraph", '<p data-block-key="x1y2z">Call us.</p>', "b")
        assert kinds(page(B), page(saved)) == []
        links = [
            '<p>See <a id="3" linktype="page">it</a> &amp; "ask".</p>\n<p>Now.</p>',
            '<p>See <a linktype="page" id="3">it</a> &amp; &quot;ask&quot;.</p><p>Now.</p>',
        ]
        assert kinds(*[page(("paragraph", link, "b")) for link in links]) == []
        questions = [
            {"type": "item", "value": {"title": "Come", "text": "<p>In.</p>"}, "id": key}
            for key in ("one", "two")
        ]
        before, after = [page(("steps", [question], "s")) for question in questions]
        assert kinds(before, after) == []

    def test_lost_space_between_formats__is_seen(self) -> None:
        before = page(("paragraph", "<p><b>1</b> <i>5 mg</i></p>", "b"))
        after = page(("paragraph", "<p><b>1</b><i>5 mg</i></p>", "b"))
        assert kinds(before, after) == ["changed Content: Text"]

    def test_target_of_a_link__is_seen(self) -> None:
        before = page(("paragraph", LINK.format("old"), "a"))
        after = page(("paragraph", LINK.format("new"), "a"))
        (change,) = text_changes(before, after)
        assert "example.org/old" in change.words and "example.org/new" in change.words

    def test_format_alone__is_said_without_words(self) -> None:
        after = page(("paragraph", "<p><b>Call us.</b></p>", "b"))
        (change,) = text_changes(page(B), after)
        assert (change.kind, change.words) == (Kind.CHANGED, "")

    @pytest.mark.parametrize("field", ["title", "introduction", "slug", "search_description"])
    def test_every_field_that_is_signed__is_compared(self, field: str) -> None:
        (change,) = text_changes(page(), page(**{field: "x"}))
        assert change.field == field

    def test_review_itself__is_not_a_change(self) -> None:
        assert text_changes(page(), page(is_demo_content=True)) == []


class TestWords:
    def test_figure__is_marked_as_a_whole(self) -> None:
        html = marked_words("Take 1.5 mg.", "Take 15 mg.")
        assert "removed: </span>1.5<" in html and "added: </span>15<" in html

    def test_words__are_escaped(self) -> None:
        html = marked_words("a <i>b</i>", "a <script>c</script> & d")
        assert "<script>" not in html and "<i>" not in html
        assert "&lt;script&gt;" in html

    def test_another_line_break__marks_nothing(self) -> None:
        assert "<ins>" not in marked_words("one\ntwo", "one two")

    def test_html__is_read_in_lines(self) -> None:
        html = (
            '<p>One &amp; <b>two</b></p><ul><li>a</li><li><a linktype="page" id="3">b</a></li></ul>'
        )
        assert words_of_html(html) == "One & two\n• a\n• b (page 3)"
