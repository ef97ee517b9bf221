"""Sealed answers as rows of label and value, for staff to read."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from trials.inquiries.forms import InquiryForm

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
