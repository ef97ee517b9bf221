"""The StreamField vocabulary of the site."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageBlock

RICH_TEXT_FEATURES = ["bold", "italic", "ul", "ol", "link"]


class CitationBlock(blocks.StructBlock):
    """A public source: what it is, who publishes it, where, and when we read it."""

    title = blocks.CharBlock(label=_("Title"))
    publisher = blocks.CharBlock(label=_("Publisher"))
    url = blocks.URLBlock(label=_("Address"))
    accessed = blocks.DateBlock(label=_("Read on"), required=False)

    class Meta:
        icon = "link-external"
        label = _("Source")


class CitationsBlock(blocks.StreamBlock):
    citation = CitationBlock()


class KeyPointsBlock(blocks.StreamBlock):
    point = blocks.CharBlock(label=_("Key point"), max_length=240)


class CalloutBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"), required=False)
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT_FEATURES)


class StepBlock(blocks.StructBlock):
    title = blocks.CharBlock(label=_("Title"))
    time = blocks.CharBlock(label=_("When"), required=False)
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT_FEATURES)


class QuestionBlock(blocks.StructBlock):
    question = blocks.CharBlock(label=_("Question"))
    answer = blocks.RichTextBlock(label=_("Answer"), features=RICH_TEXT_FEATURES)


class WhenToCallBlock(blocks.StructBlock):
    """Red, amber and green: what to do about which sign."""

    red = blocks.ListBlock(blocks.CharBlock(), label=_("Call 911 or go to the emergency room"))
    amber = blocks.ListBlock(blocks.CharBlock(), label=_("Call us now, day or night"))
    green = blocks.ListBlock(blocks.CharBlock(), label=_("Tell us at your next visit"))


class IllustrationBlock(blocks.StructBlock):
    name = blocks.CharBlock(label=_("Illustration"))
    caption = blocks.TextBlock(label=_("Caption"), required=False)


class BodyBlock(blocks.StreamBlock):
    heading = blocks.CharBlock(label=_("Heading"))
    paragraph = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT_FEATURES)
    callout = CalloutBlock(label=_("Callout"))
    steps = blocks.ListBlock(StepBlock(), label=_("Steps"))
    question = QuestionBlock(label=_("Question and answer"))
    when_to_call = WhenToCallBlock(label=_("When to call"))
    illustration = IllustrationBlock(label=_("Illustration"))
    image = ImageBlock(label=_("Image"), required=False)
    table = TypedTableBlock([("text", blocks.CharBlock(required=False))], label=_("Table"))
