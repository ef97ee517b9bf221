"""The messages to senders in the Wagtail admin: drafts, versions, preview and clinical review."""

from django.utils.translation import gettext_lazy as _

from clinic.reverting import RevertingViewSet
from trials.inquiries.models import MessageTemplate


class MessageTemplateViewSet(RevertingViewSet):
    """What senders are written, by occasion and language."""

    model = MessageTemplate
    # Not below snippets/, where only people of pages are let in: leads write these too.
    base_url_path = "messages-to-senders"
    icon = "mail"
    menu_label = _("Messages")
    menu_order = 255
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = ["occasion", "subject", "locale", "live", "reviewed_on"]
    list_filter = ["key", "live", "locale"]
