"""Sealed answers as rows of label and value, for staff to read."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trials.inquiries.clinician_form import ClinicianForm
from trials.inquiries.forms import LANGUAGES, InquiryForm
from trials.inquiries.models import Inquiry
from trials.inquiries.reach import mail_address

# Shown in this order; the name is the heading of the page.
_SHOWN = (
    "for_whom",
    "practice",
    "email",
    "may_email",
    "phone",
    "address",
    "contact_by",
    "contact_when",
    "may_leave_message",
    "preferred_language",
    "patient_language",
    "needs_interpreter",
    "message",
    "patient_agrees",
    "other_trials_consent",
)

_FIELDS = ClinicianForm.base_fields | InquiryForm.base_fields
# Of what staff enter and the form does not ask.
_ENTERED = {
    "may_email": gettext_lazy("May be emailed"),
    "address": gettext_lazy("Postal address"),
}


def answer_rows(answers: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the label and the value of every answer that was given."""
    for name in _SHOWN:
        field, value = _FIELDS.get(name), answers.get(name, "")
        if isinstance(value, bool):
            text = _("Yes") if value else _("No")
        else:
            labels = dict(getattr(field, "choices", ()))
            values = [str(one) for one in (value if isinstance(value, list) else [value]) if one]
            text = ", ".join(str(labels.get(one, one)) for one in values)
        if text:
            yield str(field.label if field else _ENTERED[name]), text


def trial_warnings(inquiry: Inquiry) -> list[str]:
    """Return which trials of an open inquiry take nobody here any more."""
    if not inquiry.is_open:
        return []
    trials = inquiry.trials.all()
    closed = [trial.nct_id for trial in trials if not trial.our_site_open]
    still_open = ", ".join(trial.nct_id for trial in trials if trial.our_site_open)
    if still_open:
        said = _("%(id)s is closed to new people here. Tell the sender, and go on with %(open)s.")
    else:
        said = _("%(id)s is closed to new people here. Tell the sender and look for another trial.")
    return [said % {"id": key, "open": still_open} for key in closed]


def contact_warnings(answers: dict[str, Any]) -> list[str]:
    """Return what staff must know before they reach out: in the row of the list and at the form."""
    warnings = [*_on_messages(answers), *_on_languages(answers)]
    if answers.get("email") and not mail_address(answers):
        warnings.append(_("Send no email: the sender did not agree to it."))
    if answers.get("contact_when"):
        warnings.append(_("Good time: %(when)s") % {"when": answers["contact_when"]})
    if answers.get("for_whom") == "other":
        warnings.append(_("Written for someone else: speak with the writer first."))
    if answers.get("for_whom") == "clinician":
        warnings.append(_("From a doctor or nurse: call the practice, not the patient."))
    return warnings


def _on_messages(answers: dict[str, Any]) -> list[str]:
    may_leave_message = answers.get("may_leave_message")
    if not answers["phone"] or may_leave_message == "yes":
        return []
    if may_leave_message == "neutral":
        return [
            _("A message may be left, but it must not name cancer or the clinic."),
            # What a caller may say, whoever picks up.
            _("Say only: “This is (first name). Please call me back at (direct number).”"),
        ]
    if answers.get("for_whom") == "clinician":
        return []
    return [_("Leave no message on the phone.")]


def _on_languages(answers: dict[str, Any]) -> list[str]:
    names, warnings = dict(LANGUAGES), []
    spoken, of_patient = answers.get("preferred_language"), answers.get("patient_language")
    if answers.get("needs_interpreter"):
        warnings.append(_("Needs an interpreter."))
    if spoken and spoken != "en":
        warnings.append(_("Speak %(language)s.") % {"language": names.get(spoken, spoken)})
    if of_patient and of_patient != spoken:
        language = names.get(of_patient, of_patient)
        warnings.append(_("The patient speaks %(language)s.") % {"language": language})
    return warnings
