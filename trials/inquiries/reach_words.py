"""What is missing before "could not reach", in a sentence for staff."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trials.inquiries.enums import Channel
from trials.inquiries.reach import Missing


def missing_words(missing: Missing) -> str:
    """Return what is missing, such as "Before …: one more attempt, by email. Not before Dec 4."."""
    parts = []
    if missing.attempts:
        said = ngettext(
            "Before “Could not reach”: %(number)d more attempt.",
            "Before “Could not reach”: %(number)d more attempts.",
            missing.attempts,
        )
        parts.append(said % {"number": missing.attempts})
    if Channel.EMAIL in missing.channels:
        parts.append(_("One of them by email."))
    if Channel.PHONE in missing.channels:
        parts.append(_("One of them by phone."))
    if missing.not_before:
        day = date_format(timezone.localtime(missing.not_before), "DATE_FORMAT")
        parts.append(
            _("“Could not reach” is possible from %(day)s on, two weeks after the first attempt.")
            % {"day": day}
        )
    return " ".join(parts)
