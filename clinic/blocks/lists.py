"""Lists: key points, sources, links and cards that lead to other pages."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class KeyPointsBlock(blocks.StreamBlock):
    """The page in three to five sentences, shown at its top."""

    point = blocks.CharBlock(label=_("Key point"), icon="tick", max_length=240)

    class Meta:
        label = _("Key points")
        icon = "list-ul"
        max_num = 6


class CitationBlock(blocks.StructBlock):
    """A public source: what it is, who publishes it, where, and when we read it."""

    title = blocks.CharBlock(label=_("Title"))
    publisher = blocks.CharBlock(label=_("Publisher"))
    url = blocks.URLBlock(label=_("Address"))
    accessed = blocks.DateBlock(label=_("Read on"), required=False)

    class Meta:
        label = _("Source")
        icon = "link-external"
        label_format = "{title}"


class CitationsBlock(blocks.StreamBlock):
    """The sources of a page, numbered at its end."""

    citation = CitationBlock()

    class Meta:
        label = _("Sources")
        icon = "link-external"


class LinkBlock(blocks.StructBlock):
    """A link to a page of ours or to another site, with words of its own."""

    page = blocks.PageChooserBlock(label=_("Page"), required=False)
    url = blocks.URLBlock(label=_("Or an address"), required=False)
    text = blocks.CharBlock(
        label=_("Link text"), required=False, help_text=_("Left empty, the page's title is used.")
    )

    def clean(self, value: blocks.StructValue) -> blocks.StructValue:
        """Return the link; raises StructBlockValidationError unless it leads to one place."""
        cleaned = super().clean(value)
        if self.is_deferred_validation:
            return cleaned
        errors = {}
        if bool(cleaned["page"]) == bool(cleaned["url"]):
            errors["page"] = ValidationError(_("Choose a page or give an address, one of the two."))
        elif cleaned["url"] and not cleaned["text"]:
            errors["text"] = ValidationError(_("Give the link to another site its own words."))
        if errors:
            raise blocks.StructBlockValidationError(errors)
        return cleaned

    class Meta:
        label = _("Link")
        icon = "link"
        label_format = "{text}"


class LinkListBlock(blocks.StructBlock):
    """A titled list of links."""

    title = blocks.CharBlock(label=_("Title"), required=False)
    links = blocks.ListBlock(LinkBlock(), label=_("Links"))

    class Meta:
        label = _("List of links")
        icon = "link"
        label_format = "{title}"
        template = "blocks/link_list.html"
        description = _("Where to read on, here or at other sites.")
        preview_value = {
            "title": "Read more",
            "links": [
                {
                    "page": None,
                    "url": "https://www.cancer.gov/",
                    "text": "National Cancer Institute",
                }
            ],
        }


class PageCardsBlock(blocks.StructBlock):
    """Pages of ours as cards; each shows the page's own introduction."""

    title = blocks.CharBlock(label=_("Title"), required=False)
    pages = blocks.ListBlock(blocks.PageChooserBlock(label=_("Page")), label=_("Pages"))

    class Meta:
        label = _("Page cards")
        icon = "grip"
        label_format = "{title}"
        template = "blocks/page_cards.html"
        description = _("Leads to other pages, each with its title and introduction.")


class KeyPointsPanelBlock(blocks.StructBlock):
    """Key points inside the content of a page."""

    title = blocks.CharBlock(label=_("Title"), required=False)
    points = blocks.ListBlock(blocks.CharBlock(label=_("Key point")), label=_("Key points"))

    class Meta:
        label = _("Key points")
        icon = "list-ul"
        label_format = "{title}"
        template = "blocks/key_points.html"
        description = _("A short list to remember.")
        preview_value = {
            "title": "",
            "points": ["Call us early.", "Side effects can start months later."],
        }
