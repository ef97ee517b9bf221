"""The project package's own screens in the admin."""

from django.utils.translation import gettext_lazy as _

from clinic.models import PatientText, Person
from clinic.reverting import RevertingViewSet


class PatientTextViewSet(RevertingViewSet):
    """Texts for patients that stand in several places, with drafts and review."""

    model = PatientText
    icon = "doc-full-inverse"
    menu_label = _("Texts for patients")
    menu_order = 250
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    list_display = ["title", "get_key_display", "locale", "live", "reviewed_on"]
    list_filter = ["key", "live"]


class PersonViewSet(RevertingViewSet):
    """The specialists of the site; whoever edits them decides with which name logins sign."""

    model = Person
    icon = "group"
    menu_label = _("People")
    menu_order = 260
    add_to_admin_menu = True
    copy_view_enabled = False
    list_display = ["name", "credential", "role", "locale"]
