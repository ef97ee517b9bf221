"""Full-width sections of the home page; their lists fill themselves."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from clinic.blocks.media import illustration_field


class SectionBlock(blocks.StructBlock):
    """A section with a heading and a sentence; the subclass's template adds the rest."""

    title = blocks.CharBlock(label=_("Title"))
    text = blocks.TextBlock(label=_("Text"), required=False)

    class Meta:
        label_format = "{title}"


class TherapyTypesSection(SectionBlock):
    """The kinds of immunotherapy, each leading to its page."""

    class Meta:
        label = _("Therapy types")
        icon = "tag"
        template = "blocks/therapy_types_section.html"
        description = _("Every therapy type with its drawing, from the vocabulary.")


class OpenTrialsSection(SectionBlock):
    """Trials that are open here now."""

    limit = blocks.IntegerBlock(label=_("How many"), default=3, min_value=1, max_value=9)

    class Meta:
        label = _("Open trials")
        icon = "clipboard-list"
        template = "blocks/open_trials_section.html"
        description = _("The trials that are open at our clinic now, from the registry.")


class PeopleSection(SectionBlock):
    """Specialists of the clinic."""

    limit = blocks.IntegerBlock(label=_("How many"), default=4, min_value=1, max_value=12)
    page = blocks.PageChooserBlock(label=_("Page with everybody"), required=False)

    class Meta:
        label = _("People")
        icon = "group"
        template = "blocks/people_section.html"
        description = _("The first people of the list, with a link to all of them.")


class FeatureSection(blocks.StructBlock):
    """A drawing beside a text that leads to one page."""

    title = blocks.CharBlock(label=_("Title"))
    text = blocks.RichTextBlock(label=_("Text"), features=["bold", "italic", "ul", "link"])
    illustration = illustration_field(required=False)
    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    link_text = blocks.CharBlock(label=_("Link text"), required=False)

    class Meta:
        label = _("Feature")
        icon = "doc-full"
        label_format = "{title}"
        template = "blocks/feature_section.html"
        description = _("One message with a drawing and a link, for example our approach.")
        preview_value = {
            "title": "Care and research, side by side",
            "text": "<p>Specialists from every area of cancer care plan your treatment.</p>",
            "illustration": "",
            "page": None,
            "link_text": "",
        }
