"""Blocks of words: headings, text, callouts, steps, questions, quotes, tables."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock

from clinic.enums import PatientTextKey, text_choices

RICH_TEXT_FEATURES = ["bold", "italic", "ul", "ol", "link", "document-link"]


class HeadingBlock(blocks.CharBlock):
    """A section heading; its anchor is the block's id, which survives rewording and translation."""

    class Meta:
        label = _("Heading")
        icon = "title"
        template = "blocks/heading.html"
        description = _("Starts a new section and appears in the page's table of contents.")
        preview_value = _("How does it work?")


class SubheadingBlock(blocks.CharBlock):
    """A heading inside a section."""

    class Meta:
        label = _("Smaller heading")
        icon = "h3"
        template = "blocks/subheading.html"
        description = _("Divides a section. Use it only below a heading.")
        preview_value = _("What you may notice")


class ParagraphBlock(blocks.RichTextBlock):
    """Text with lists, emphasis and links, and nothing that could break the page's outline."""

    def __init__(self, **kwargs: object) -> None:
        kwargs.setdefault("features", RICH_TEXT_FEATURES)
        super().__init__(**kwargs)

    class Meta:
        label = _("Text")
        icon = "pilcrow"
        template = "blocks/paragraph.html"
        description = _("Short paragraphs and lists. One idea in each paragraph.")
        preview_value = (
            "<p>Your immune system protects you every day. "
            "<b>Immunotherapy</b> helps it to find cancer cells.</p>"
        )


class CalloutBlock(blocks.StructBlock):
    """One thing that stands beside the text: good to know, a question to ask, a caution."""

    kind = blocks.ChoiceBlock(
        choices=[
            ("note", _("Good to know")),
            ("ask", _("Ask your care team")),
            ("caution", _("Be careful")),
        ],
        default="note",
        label=_("Kind"),
    )
    title = blocks.CharBlock(
        label=_("Title"), required=False, help_text=_("Left empty, the kind is the title.")
    )
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT_FEATURES)

    class Meta:
        label = _("Callout")
        icon = "info-circle"
        label_format = "{kind}: {title}"
        template = "blocks/callout.html"
        description = _("Sets one point apart. At most one or two on a page.")
        preview_value = {
            "kind": "ask",
            "title": "",
            "text": "<p>Which side effects should I watch for at home?</p>",
        }


class StepBlock(blocks.StructBlock):
    """One step of a process."""

    title = blocks.CharBlock(label=_("Title"))
    time = blocks.CharBlock(
        label=_("When"), required=False, help_text=_("For example: Day 1, or About 3 weeks")
    )
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT_FEATURES)

    class Meta:
        label = _("Step")
        icon = "order"
        label_format = "{title}"


class StepsBlock(blocks.ListBlock):
    """A process in order, as a numbered path."""

    def __init__(self, child_block: blocks.Block | None = None, **kwargs: object) -> None:
        super().__init__(child_block or StepBlock(), **kwargs)

    class Meta:
        label = _("Steps")
        icon = "list-ol"
        template = "blocks/steps.html"
        description = _("What happens, in order. Each step may say when.")
        preview_value = [
            {
                "title": "We collect your T cells",
                "time": "Day 1",
                "text": "<p>Like giving blood.</p>",
            },
            {
                "title": "A lab prepares them",
                "time": "3 to 5 weeks",
                "text": "<p>You wait at home.</p>",
            },
        ]


class QuestionBlock(blocks.StructBlock):
    """A question in the patient's words and its answer."""

    question = blocks.CharBlock(label=_("Question"))
    answer = blocks.RichTextBlock(label=_("Answer"), features=RICH_TEXT_FEATURES)

    class Meta:
        label = _("Question and answer")
        icon = "help"
        label_format = "{question}"
        template = "blocks/question.html"
        description = _("A question as a patient would ask it, with a short answer.")
        preview_value = {
            "question": "Will I lose my hair?",
            "answer": "<p>Immunotherapy alone rarely causes hair loss.</p>",
        }


class QuoteBlock(blocks.StructBlock):
    """Somebody's words."""

    text = blocks.TextBlock(label=_("Quotation"))
    attribution = blocks.CharBlock(label=_("Who said it"), required=False)

    class Meta:
        label = _("Quotation")
        icon = "openquote"
        template = "blocks/quote.html"
        description = _("Words of a patient or a clinician, with their consent.")
        preview_value = {
            "text": "Ask every question. There are no small ones.",
            "attribution": "Nurse at the clinic",
        }


class PatientTextBlock(blocks.StructBlock):
    """A text for patients that is kept once and stands in several places, such as a notice."""

    key = blocks.ChoiceBlock(choices=text_choices, label=_("Text"))

    class Meta:
        label = _("Text for patients")
        icon = "doc-full-inverse"
        label_format = "{key}"
        template = "blocks/patient_text.html"
        description = _("A notice or another reviewed text; edited under Texts for patients.")
        preview_value = {"key": PatientTextKey.LANGUAGE_HELP}


class TableBlock(TypedTableBlock):
    """A table whose first column names its rows; the caption says what it shows."""

    def __init__(self, local_blocks: object = None, **kwargs: object) -> None:
        columns = local_blocks or [
            ("text", blocks.CharBlock(required=False, label=_("Short text"))),
            (
                "rich_text",
                blocks.RichTextBlock(
                    required=False, label=_("Longer text"), features=RICH_TEXT_FEATURES
                ),
            ),
        ]
        super().__init__(columns, **kwargs)

    def clean(self, value: object) -> object:
        """Return the table; raises ValidationError when it has rows and no caption."""
        cleaned = super().clean(value)
        if not self.is_deferred_validation and cleaned.row_data and not cleaned.caption:
            raise ValidationError(_("Give the table a caption that says what it shows."))
        return cleaned

    class Meta:
        label = _("Table")
        icon = "table"
        template = "blocks/table.html"
        description = _("Facts to compare. The first column names each row.")
