"""Who sees all inquiries at once, and who writes what senders are sent.

The inbox itself goes by team and assignee; messages go live by the clinical review, as texts for
patients do.
"""

from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS

_LOOK = ["inquiries.view_messagetemplate"]
_WRITE = [*_LOOK, "inquiries.add_messagetemplate", "inquiries.change_messagetemplate"]

PERMISSIONS: dict[str, list[str]] = {
    EDITORS: _WRITE,
    LEADS: [
        *_WRITE,
        "inquiries.view_reports",
        "inquiries.export_inquiries",
        "inquiries.export_contacts",
    ],
    REVIEWERS: _LOOK,
    COORDINATORS: _LOOK,
    ADMINISTRATORS: _LOOK,
}
