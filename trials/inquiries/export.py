"""Writes down all that the public was shown about a trial on a day, for the ethics board."""

import hashlib
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import TextField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from clinic.models import PatientText
from clinic.plain_parts import field_label
from clinic.review import BOOKKEEPING_FIELDS
from clinic.site_facts import clinic_settings
from trials.as_shown import (
    PAGE_TEXTS,
    ShownPatientText,
    ShownSummary,
    changes_at,
    patient_texts_at,
    summaries_at,
    trial_as_of,
    version_at,
)
from trials.eligibility import parse_criteria, unescape
from trials.enums import TrialStatus, label_of
from trials.inquiries.as_shown import (
    FORM_TEXTS,
    consents_at,
    form_at,
    form_questions,
    several_trials_form,
)
from trials.models import PlainSummary, Trial, TrialVersion
from trials.trial_page import age_range

NOT_KNOWN = [
    "The look of the pages, their fixed words and the questions of the forms are part of the "
    "software. They are told as this version of it has them, not as that day's may have been.",
    "Whether the trial was listed on that day is not kept; today's mark is given.",
    "The clinic's settings (which site is ours, phone numbers, how long a confirmation holds) are "
    "today's.",
    "A text without a date of publication was put on the site by a command when it was set up; "
    "nobody kept since when it was there.",
    "Whether a page said that the registry or the English text was newer is not kept.",
    "Words that editors switched on and off in the glossary's marks are not kept.",
]
STANDS_ON = dict.fromkeys(PAGE_TEXTS, "page of the trial") | dict.fromkeys(FORM_TEXTS, "forms")
# Zip files know no older year; the same content gives the same file.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


class NothingShown(Exception):
    """There is nothing to export; the message is a sentence for the operator."""


@dataclass(frozen=True)
class Export:
    """The files of an export by name, and the hash of each in ``MANIFEST.sha256``."""

    files: dict[str, bytes]

    @property
    def manifest(self) -> str:
        """Return the hashes as ``sha256sum --check`` reads them."""
        return "".join(f"{_sha256(data)}  {name}\n" for name, data in sorted(self.files.items()))

    def write(self, target: Path) -> None:
        """Write a .zip file or a folder; raises FileExistsError rather than overwrite."""
        files = {**self.files, "MANIFEST.sha256": self.manifest.encode()}
        if target.suffix == ".zip":
            with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as archive:
                for name, data in sorted(files.items()):
                    info = zipfile.ZipInfo(name, _ZIP_TIME)
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, data)
            return
        target.mkdir(parents=True)
        for name, data in files.items():
            (target / name).write_bytes(data)


def export(nct_id: str, moment: datetime) -> Export:
    """Return the export of a trial as its pages were at a moment; raises NothingShown."""
    trial = Trial.objects.filter(nct_id=nct_id).first()
    if trial is None:
        raise NothingShown(f"We hold no trial {nct_id}.")
    if moment > timezone.now():
        raise NothingShown(f"{_day(moment)} is not over: nobody has been shown anything yet.")
    version = version_at(trial, moment)
    if version is None:
        first = trial.versions.order_by("received_at").first()
        seen = f" We first saw it on {_day(first.received_at)}." if first else ""
        raise NothingShown(f"The site did not show {nct_id} on {_day(moment)}.{seen}")
    record = _json(version.record)
    facts = _facts(trial, version, moment, record)
    with override(settings.LANGUAGE_CODE):
        page = render_to_string("inquiries/export/as_shown.html", _context(version, facts))
    return Export(
        {"as-shown.html": page.encode(), "as-shown.json": _json(facts), "record.json": record}
    )


def _facts(trial: Trial, version: TrialVersion, moment: datetime, record: bytes) -> dict[str, Any]:
    local = timezone.localtime(moment)
    start = timezone.make_aware(datetime.combine(local.date(), time.min))
    form = form_at(trial, moment)
    consents, summaries = consents_at(moment), summaries_at(trial, moment)
    texts = patient_texts_at(moment, *STANDS_ON)
    changes = changes_at(trial, start, moment, *STANDS_ON, PatientText.Key.CONSENT)
    return {
        "nct_id": trial.nct_id,
        "clinic": clinic_settings().name,
        "shown_at": local,
        "exported_at": timezone.localtime(),
        "listed_today": trial.is_listed,
        "registry": {
            "received_at": timezone.localtime(version.received_at),
            "version": version.pk,
            "content_hash": version.content_hash,
            "record_sha256": _sha256(record),
            "original": f"https://clinicaltrials.gov/study/{trial.nct_id}",
        },
        "form": {
            "offered": form.kind,
            "site_open_since": form.open_since,
            "team_confirmed_at": form.confirmed_at,
            "confirmation_held_until": form.confirmation_holds_until,
        },
        "languages": {
            code: {
                "summary": _summary(summaries[code], code),
                "consent": {
                    "version": consents[code].consent.version,
                    "text": str(consents[code].consent.body),
                    **_origin(consents[code].shown),
                },
                "texts": [_patient_text(key, text, code) for key, text in texts[code].items()],
                "form_questions": form_questions(code),
                "several_trials_form": several_trials_form(trial, form.kind, code),
            }
            for code, _name in settings.LANGUAGES
        },
        "changes_until_then_on_that_day": [
            {"at": timezone.localtime(at), "what": what} for at, what in changes
        ],
        "not_known": NOT_KNOWN,
    }


def _summary(summary: ShownSummary | None, code: str) -> dict[str, Any] | None:
    if summary is None:
        return None
    shown = summary.shown
    return {
        "language": summary.language,
        "is_translation_missing": summary.language != code,
        "title": shown.text.title,
        "irb": {
            "reference": shown.text.irb_reference,
            "approved_on": shown.text.irb_approved_on,
            "expires_on": shown.text.irb_expires_on,
        },
        "signatures": [
            {"role": one.role, "name": one.name, "signed_at": timezone.localtime(one.signed_at)}
            for one in summary.signatures
        ],
        "parts": list(_parts(shown.text, summary.language)),
        "content_sha256": shown.sha256,
        "content": {
            name: value for name, value in shown.content.items() if name not in BOOKKEEPING_FIELDS
        },
        **_origin(shown),
    }


def _patient_text(key: str, text: ShownPatientText, code: str) -> dict[str, Any]:
    return {
        "place": key,
        "stands_on": STANDS_ON[key],
        "language": text.language,
        "is_translation_missing": text.language != code,
        "title": text.shown.text.title,
        "text": text.shown.text.body,
        "content_sha256": text.shown.sha256,
        **_origin(text.shown),
    }


def _origin(shown: Any) -> dict[str, Any]:
    """Return since when a text was there, from which revision, and who had approved it."""
    if shown is None:
        return {"source": "the text that comes with the software"}
    approval = shown.approval
    return {
        "source": "published revision" if shown.revision_id else "loaded by a command",
        "revision": shown.revision_id,
        "shown_since": timezone.localtime(shown.shown_since) if shown.shown_since else None,
        "approved_by": approval.name if approval else None,
        "approved_at": timezone.localtime(approval.approved_at) if approval else None,
        "whole_text_checked": approval.whole_page if approval else None,
    }


def _parts(text: PlainSummary, language: str) -> Iterator[dict[str, str]]:
    """Yield label and words of what the page said, in the order of the page."""
    with override(language):
        for entry in PlainSummary._meta.get_fields():
            if isinstance(entry, TextField) and (words := getattr(text, entry.name)):
                yield {"label": field_label(text, entry.name), "words": words}
        for name in ("visits_per_month", "overnight_stays", "biopsies", "placebo_possible"):
            yield _fact(text, name)
        yield _fact(text, "travel_help")
        yield _fact(text, "languages")


def _fact(text: PlainSummary, name: str) -> dict[str, str]:
    label = field_label(text, name)
    shown = getattr(text, f"get_{name}_display", None)
    value = shown() if shown else getattr(text, name)
    return {"label": label, "words": "" if value is None else str(value)}


def _context(version: TrialVersion, facts: dict[str, Any]) -> dict[str, Any]:
    then = trial_as_of(version)
    return {
        "facts": facts,
        "trial": then,
        "status": label_of(TrialStatus, then.status),
        "age_range": age_range(then),
        "brief_summary": unescape(then.brief_summary),
        "criteria": parse_criteria(then.criteria),
    }


def _json(value: Any) -> bytes:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _day(moment: datetime) -> str:
    return timezone.localtime(moment).date().isoformat()
