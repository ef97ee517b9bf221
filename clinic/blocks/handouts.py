"""Blocks that people print and carry: a card for the wallet, a letter for the emergency room."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from clinic.blocks.text import RICH_TEXT_FEATURES


class WalletCardLineBlock(blocks.StructBlock):
    """One line of the card: what it is, and the words or the gap to fill in by hand."""

    label = blocks.CharBlock(label=_("Label"))
    text = blocks.CharBlock(
        label=_("Text"), required=False, help_text=_("Left empty, the line is filled in by hand.")
    )

    class Meta:
        label = _("Line")
        icon = "minus"
        label_format = "{label}"


class WalletCardBlock(blocks.StructBlock):
    """A card to cut out; it carries the 24/7 number of the settings."""

    title = blocks.CharBlock(label=_("Title"))
    lines = blocks.ListBlock(WalletCardLineBlock(), label=_("Lines"))

    class Meta:
        label = _("Wallet card")
        icon = "form"
        label_format = "{title}"
        template = "blocks/wallet_card.html"
        description = _("A card to print, fill in and carry. Our 24/7 number is filled in.")
        preview_value = {
            "title": "I am on immunotherapy",
            "lines": [
                {"label": "My name", "text": ""},
                {"label": "Look for", "text": "Fever, cough, loose stools, confusion"},
            ],
        }


class LetterBlock(blocks.StructBlock):
    """A letter to other clinicians, with the clinic's name and 24/7 number as its head."""

    title = blocks.CharBlock(label=_("Title"))
    text = blocks.RichTextBlock(label=_("Text"), features=RICH_TEXT_FEATURES)

    class Meta:
        label = _("Letter")
        icon = "mail"
        label_format = "{title}"
        template = "blocks/letter.html"
        description = _("A letter that people hand to other clinicians.")
        preview_value = {
            "title": "To the emergency department",
            "text": "<p>This person is treated with immunotherapy.</p>",
        }
