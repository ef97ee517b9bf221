"""Our findings among Wagtail's own checks, in the preview and in the panel beside the editor.

The findings are made on the server from what is in the editor now; the script in the preview
only says where on the page they stand.
"""

from typing import Any

from django.forms import Media, Script
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.userbar import ContentCheckerItem

from clinic.findings import Finding, findings_of

# On these codes hangs nothing but the words: a code without an entry is not shown here.
MESSAGES = {
    "citation": (_("No source"), _("Add at least one under Sources")),
    "never-reviewed": (_("Never reviewed"), _("No clinician has checked the whole text yet")),
    "heading": (_("Heading"), _("Empty, too deep, or with nothing below it")),
    "alternative-text": (_("Picture without description"), _("Say what the picture shows")),
    "link-text": (_("Words of a link"), _("Name the page that the link opens")),
    "long-sentence": (_("Long sentence"), _("Make two of it")),
    "dose": (_("Dose without a unit?"), _("Say how much, for example in mg")),
}
PLACES = "main h2, main h3, main p, main li, main td, main th, main dd, main a, main figcaption"


class ContentChecker(ContentCheckerItem):
    """Wagtail's checks and ours."""

    media = Media(js=[Script("clinic/js/content_checks.js", type="module")])  # type: ignore[list-item]

    def __init__(self, *, in_editor: bool = False, found: list[Finding] | None = None) -> None:
        super().__init__(in_editor=in_editor)
        self.found = found or []

    def get_axe_run_only(self, request: HttpRequest) -> list[str]:
        """Return the ids of all rules."""
        return [*super().get_axe_run_only(request), *map(_rule, MESSAGES)]

    def get_axe_custom_rules(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return a rule for each kind of finding: for the whole page, or for its places."""
        ours = [
            {
                "id": _rule(code),
                "impact": "serious",
                "selector": PLACES if self._quotes(code) else "h1",
                "tags": ["best-practice"],
                "any": [_rule(code)],
                "enabled": True,
            }
            for code in MESSAGES
        ]
        return [*super().get_axe_custom_rules(request), *ours]

    def get_axe_custom_checks(self, request: HttpRequest) -> list[dict[str, Any]]:
        """Return what each check looks for."""
        ours = [
            {"id": _rule(code), "options": {"count": self._count(code), "quotes": quotes}}
            for code in MESSAGES
            for quotes in [self._quotes(code)]
        ]
        return [*super().get_axe_custom_checks(request), *ours]

    def get_axe_messages(self, request: HttpRequest) -> dict[str, Any]:
        """Return the words of all rules."""
        ours = {
            _rule(code): {"error_name": name, "help_text": help_text}
            for code, (name, help_text) in MESSAGES.items()
        }
        return {**super().get_axe_messages(request), **ours}

    def _quotes(self, code: str) -> list[str]:
        return [finding.quote for finding in self.found if finding.code == code and finding.quote]

    def _count(self, code: str) -> int:
        return sum(finding.code == code for finding in self.found)


def check_our_content(request: HttpRequest, items: list[Any], page: Any) -> None:
    """Put our checks in the place of Wagtail's."""
    for number, item in enumerate(items):
        if isinstance(item, ContentCheckerItem):
            found = findings_of(page) if page is not None else []
            items[number] = ContentChecker(in_editor=item.in_editor, found=found)


def _rule(code: str) -> str:
    return f"clinic-{code}"
