"""Sealed answers as rows of label and value, for staff to read."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from trials.inquiries.forms import InquiryForm
from trials.inquiries.models import Inquiry

# Shown in this order; the name is the heading of the page.
_SHOWN = (
    "for_whom",
    "email",
    "phone",
    "contact_by",
    "contact_when",
    "may_leave_message",
    "preferred_language",
    "needs_interpreter",
    "message",
    "other_trials_consent",
)


def answer_rows(answers: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the label and the value of every answer that was given."""
    for name in _SHOWN:
        field = InquiryForm.base_fields[name]
        value = answers.get(name, "")
        if isinstance(value, bool):
            text = _("Yes") if value else _("No")
        else:
            labels = dict(getattr(field, "choices", ()))
            values = [str(one) for one in (value if isinstance(value, list) else [value]) if one]
            text = ", ".join(str(labels.get(one, one)) for one in values)
        if text:
            yield str(field.label), text


def trial_warnings(inquiry: Inquiry) -> list[str]:
    """Return which trials of an open inquiry take nobody here any more."""
    if not inquiry.is_open:
        return []
    closed = [trial.nct_id for trial in inquiry.trials.all() if not trial.our_site_open]
    return [
        _("%(id)s is closed to new people here. Tell the sender and look for another trial.")
        % {"id": key}
        for key in closed
    ]


def contact_warnings(answers: dict[str, Any]) -> list[str]:
    """Return what staff must know before they reach out."""
    warnings = []
    may_leave_message = answers.get("may_leave_message")
    if answers["phone"] and may_leave_message == "neutral":
        warnings.append(_("A message may be left, but it must not name cancer or the clinic."))
    elif answers["phone"] and may_leave_message != "yes":
        warnings.append(_("Leave no message on the phone."))
    if answers.get("needs_interpreter"):
        warnings.append(_("Needs an interpreter."))
    return warnings
