"""The copy of a person's data, as plain text that can be printed, mailed or read aloud."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.models import User
from clinic.site_facts import clinic_settings
from trials.inquiries.access_log import accesses, events_about
from trials.inquiries.presentation import answer_rows

if TYPE_CHECKING:
    from trials.inquiries.services.reading import OpenInquiry

_WIDTH = 72


def copy_text(
    opened: Iterable["OpenInquiry"], *, reader: User, language: str, with_notes: bool
) -> str:
    """Return all that is kept with some inquiries of one person, in a language.

    The caller let the reader in and wrote the audit event.
    """
    with translation.override(language):
        lines = list(_head(with_notes))
        for one in opened:
            lines += _inquiry(one, reader, with_notes)
    return "\n".join(lines) + "\n"


def _head(with_notes: bool) -> Iterator[str]:
    clinic = clinic_settings()
    yield clinic.name
    yield _("Copy of what we keep about you")
    yield _("Made on %(at)s") % {"at": _moment(timezone.now())}
    yield ""
    yield _("It holds what you wrote to us, what we wrote down, what we did, and who saw it.")
    if not with_notes:
        yield _("The notes of our team are left out. Ask us why, if you want to know.")
    if clinic.phone:
        yield _("If something in it is wrong or not clear, call us: %(phone)s.") % {
            "phone": clinic.phone
        }


def _inquiry(opened: "OpenInquiry", reader: User, with_notes: bool) -> Iterator[str]:
    inquiry = opened.inquiry
    yield from ("", "", "=" * _WIDTH)
    yield _("Request %(reference)s") % {"reference": inquiry.reference}
    yield "=" * _WIDTH
    yield from _fact(_("Received"), _moment(inquiry.received_at))
    yield from _fact(_("Came by"), f"{inquiry.get_source_display()}, {inquiry.language}")
    trials = [f"{trial.nct_id} {trial.brief_title}" for trial in inquiry.trials.all()]
    yield from _fact(_("Trial"), "; ".join(trials) or _("Any trial"))
    yield from _fact(_("Consent text"), inquiry.consent_version)
    yield from _fact(_("State"), inquiry.get_state_display())
    yield from _fact(_("Reason"), inquiry.get_end_reason_display())
    yield from _fact(_("How you learned of the end"), inquiry.get_closing_display())
    if inquiry.is_gone:
        yield ""
        yield _("What you told us with this request is erased, or will be in a few minutes.")
    yield from _sent(opened)
    yield from _asked(opened)
    yield from _history(opened, reader, with_notes)
    yield from _seen(opened)


def _sent(opened: "OpenInquiry") -> Iterator[str]:
    for sent in opened.submissions:
        at = _moment(sent.submission.received_at)
        yield from _heading(_("What you sent us on %(at)s") % {"at": at})
        yield from _answers(sent.answers)


def _asked(opened: "OpenInquiry") -> Iterator[str]:
    for request in opened.requests:
        title = _("What you asked us on %(at)s") % {"at": _moment(request.row.asked_at)}
        yield from _heading(f"{title}: {request.row.get_kind_display()}")
        yield from _fact(_("Outcome"), request.row.get_outcome_display())
        yield from _answers(request.answers)


def _answers(answers: dict[str, Any] | None) -> Iterator[str]:
    if answers is None:
        yield _("We cannot read this just now. It is not lost: ask us for it again.")
        return
    yield from _fact(_("Name"), answers.get("name", ""))
    for label, value in answer_rows(answers):
        yield from _fact(label, value)


def _history(opened: "OpenInquiry", reader: User, with_notes: bool) -> Iterator[str]:
    # Imported here, because the timeline is written in terms of the services that call this.
    from trials.inquiries.timeline import timeline

    yield from _heading(_("What happened"))
    for entry in timeline(opened, reader):
        if entry.is_look or (entry.is_note and not with_notes):
            continue
        yield " · ".join(part for part in (_moment(entry.at), entry.title, entry.who) if part)
        text = entry.text if with_notes else ""
        if text is None:
            text = _("We cannot read this just now. It is not lost: ask us for it again.")
        yield from (f"    {line}" for line in text.splitlines())


def _seen(opened: "OpenInquiry") -> Iterator[str]:
    yield from _heading(_("Who saw or changed it"))
    for access in reversed(accesses(events_about(opened.inquiry))):
        yield f"{_moment(access.at)} · {access.who} · {access.what}"


def _heading(text: str) -> Iterator[str]:
    yield from ("", text, "-" * min(len(text), _WIDTH))


def _fact(label: Any, value: str) -> Iterator[str]:
    """Yield a label with its value; the further lines of a value stand below it."""
    first, *more = str(value).splitlines() or [""]
    if first or more:
        yield f"{label}: {first}"
        yield from (f"    {line}" for line in more)


def _moment(at: Any) -> str:
    return date_format(timezone.localtime(at), "DATETIME_FORMAT")
