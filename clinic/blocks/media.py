"""Pictures: photographs from the library and the site's own illustrations."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.images.blocks import ImageBlock

from clinic import illustrations


def illustration_field(*, required: bool = True) -> blocks.ChoiceBlock:
    """Return a choice among the illustrations in the static folder."""
    return blocks.ChoiceBlock(
        choices=illustrations.choices, label=_("Illustration"), required=required
    )


class FigureBlock(blocks.StructBlock):
    """A photograph with its alternative text, caption and credit."""

    image = ImageBlock(label=_("Image"))
    caption = blocks.CharBlock(label=_("Caption"), required=False)

    class Meta:
        label = _("Image")
        icon = "image"
        template = "blocks/figure.html"
        description = _("A photograph. Describe it for people who cannot see it.")


class IllustrationBlock(blocks.StructBlock):
    """One of the site's own drawings."""

    name = illustration_field()
    description = blocks.TextBlock(
        label=_("Description"),
        required=False,
        help_text=_(
            "For people who cannot see the drawing. Left empty, the drawing's own words are used."
        ),
    )
    caption = blocks.TextBlock(label=_("Caption"), required=False)
    places = blocks.ListBlock(
        blocks.PageChooserBlock(label=_("Page")),
        label=_("Pages of the numbers"),
        required=False,
        default=[],
        collapsed=True,
        help_text=_(
            "For a drawing with numbers: where each number leads, in order. List the same links "
            "below the drawing, for people who read with the keyboard or a screen reader."
        ),
    )

    class Meta:
        label = _("Illustration")
        icon = "view"
        label_format = "{name}"
        template = "blocks/illustration.html"
        description = _("One of our drawings of cells and treatments, with a caption.")
        preview_value = {"name": "", "description": "", "caption": "T cells at work", "places": []}
