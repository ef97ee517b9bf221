"""What senders are written: the clinic's own approved text, else the one of the product."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override, pgettext

from clinic.demo.files import read_folder
from clinic.models import ClinicSettings
from clinic.site_facts import clinic_settings
from trials.inquiries.message_keys import IN_SUBJECTS, PLACEHOLDERS, MessageKey
from trials.inquiries.message_text import fill_in
from trials.inquiries.models import Inquiry, MessageTemplate
from trials.inquiries.neutral_words import telltale_words
from trials.inquiries.promise import reply_due

FOLDER = Path(__file__).resolve().parent / "message_texts"
LANGUAGES = ("en", "es")
INVENTED_REFERENCE = "K7PM-4RQX"


@dataclass(frozen=True)
class MessageText:
    """A message before it is filled in; ``revision`` is None for the text of the product."""

    subject: str
    body: str
    revision: int | None = None


@dataclass(frozen=True)
class FilledIn:
    """A message as a sender gets it."""

    subject: str
    body: str
    language: str
    revision: int | None = None


@cache
def shipped_texts() -> dict[tuple[MessageKey, str], MessageText]:
    """Return the texts of the product by occasion and language."""
    return {
        (MessageKey(file.name), language): MessageText(file.meta["subject"], file.body)
        for language in LANGUAGES
        for file in read_folder(FOLDER / language)
    }


def known_language(language: str) -> str:
    """Return the language of our texts that is meant, English for one that we do not write."""
    code = language.split("-")[0]
    return code if code in LANGUAGES else settings.LANGUAGE_CODE


def texts_for(keys: Iterable[MessageKey], language: str) -> dict[MessageKey, MessageText]:
    """Return what is sent on some occasions in a language, in one query."""
    code, wanted = known_language(language), list(keys)
    live = MessageTemplate.objects.filter(
        key__in=wanted, locale__language_code=code, live=True
    ).only("key", "subject", "body", "live_revision")
    own = {
        MessageKey(row.key): MessageText(row.subject, row.body, row.live_revision_id)
        for row in live
    }
    return {key: own.get(key) or shipped_texts()[key, code] for key in wanted}


def text_for(key: MessageKey, language: str) -> MessageText:
    """Return what is sent on one occasion in a language."""
    return texts_for([key], language)[key]


def neutral_clinic_name(clinic: ClinicSettings) -> str:
    """Return the short name, or words in its place where the name itself tells of an illness."""
    return _("Our clinic") if telltale_words(clinic.short_name) else clinic.short_name


def fill_in_message(
    text: MessageText,
    key: MessageKey,
    language: str,
    *,
    link: str,
    reference: str = "",
    due_at: datetime | None = None,
    clinic: ClinicSettings | None = None,
) -> FilledIn:
    """Return a message with its values; values that the occasion does not allow are not in it."""
    clinic = clinic or clinic_settings()
    with override(known_language(language)):
        values = {
            "reference": reference,
            "link": link,
            "phone": clinic.phone,
            "clinic": neutral_clinic_name(clinic),
            "date": _day(due_at) if due_at else "",
            "promise": _promise(clinic),
        }
    allowed = PLACEHOLDERS[key].allowed
    body = fill_in(text.body, {name: values[name] for name in allowed})
    subject = fill_in(text.subject, {name: values[name] for name in allowed & IN_SUBJECTS})
    return FilledIn(subject, body, known_language(language), text.revision)


def _day(due_at: datetime) -> str:
    written = pgettext("date format: Tuesday, November 24", "l, F j")
    return date_format(timezone.localtime(due_at), written)


def _promise(clinic: ClinicSettings) -> str:
    days = clinic.reply_target_days
    said = ngettext("within %(days)s working day", "within %(days)s working days", days)
    return said % {"days": days}


def preview_of(inquiry: Inquiry, keys: Iterable[MessageKey]) -> dict[MessageKey, FilledIn]:
    """Return the messages as this inquiry's sender would get them; the link itself stays secret."""
    clinic = clinic_settings()
    return {
        key: fill_in_message(
            text,
            key,
            inquiry.language,
            clinic=clinic,
            link=_private_link_words(inquiry.language),
            reference=inquiry.reference,
            due_at=inquiry.reply_due_at,
        )
        for key, text in texts_for(keys, inquiry.language).items()
    }


def _private_link_words(language: str) -> str:
    with override(known_language(language)):
        return f"[{_('the link to the private page')}]"


def preview_with_invented_values(text: MessageText, key: MessageKey, language: str) -> FilledIn:
    """Return a message as an invented sender would get it."""
    return fill_in_message(
        text,
        key,
        language,
        link=f"{settings.SITE_URL}/{known_language(language)}/inquiry/0123456789abcdef…/",
        reference=INVENTED_REFERENCE,
        due_at=reply_due(clinic_settings(), timezone.now()),
    )
