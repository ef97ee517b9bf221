"""Blocks that tell people when to call: their colours always come with words."""

from django.utils.translation import gettext_lazy as _
from wagtail import blocks


class WhenToCallBlock(blocks.StructBlock):
    """Red, amber and green: what to do about which sign."""

    red = blocks.ListBlock(
        blocks.CharBlock(label=_("Sign")),
        label=_("Call 911 or go to the emergency room"),
        help_text=_("Signs that cannot wait."),
    )
    amber = blocks.ListBlock(
        blocks.CharBlock(label=_("Sign")),
        label=_("Call us now, day or night"),
        help_text=_("Signs that need our 24/7 line today."),
    )
    green = blocks.ListBlock(
        blocks.CharBlock(label=_("Sign")),
        label=_("Tell us at your next visit"),
        help_text=_("Signs that can wait."),
    )

    class Meta:
        label = _("When to call")
        icon = "warning"
        template = "blocks/when_to_call.html"
        description = _(
            "Three panels: 911, our 24/7 line, the next visit. The numbers are filled in."
        )
        preview_value = {
            "red": ["You have trouble breathing", "You have chest pain"],
            "amber": ["Fever of 100.4 °F or more", "Loose stools more than 4 times a day"],
            "green": ["A mild rash", "You feel more tired than usual"],
        }


class UrgentBlock(blocks.StructBlock):
    """The panel with the 24/7 number, to tap and call."""

    title = blocks.CharBlock(
        label=_("Title"), required=False, help_text=_("Left empty: the usual urgent title.")
    )
    text = blocks.TextBlock(
        label=_("Text"), required=False, help_text=_("Left empty: the usual emergency text.")
    )

    class Meta:
        label = _("Urgent help")
        icon = "warning"
        template = "blocks/urgent.html"
        description = _("Our 24/7 number as a large button, with the emergency text.")
        preview_value = {"title": "", "text": ""}
