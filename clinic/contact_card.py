"""The clinic's name and telephone numbers where the database may be away: on error pages."""

import json
import logging
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.conf import settings

from clinic.models import ClinicSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ContactCard:
    """What somebody needs who cannot use the page."""

    short_name: str = ""
    phone: str = ""
    urgent_phone: str = ""
    tty: str = ""


_known: list[ContactCard] = []


def _file() -> Path:
    return Path(settings.DATA_DIR) / "contact_card.json"


def remember(clinic: ClinicSettings) -> ContactCard:
    """Keep the numbers in this process and in a file for the next one; return them."""
    card = ContactCard(**{field.name: getattr(clinic, field.name) for field in fields(ContactCard)})
    if _known != [card]:
        _known[:] = [card]
        _write(json.dumps(asdict(card)))
    return card


def _write(text: str) -> None:
    """Keep the text; another process may have done so already, and this one may lack the right."""
    try:
        if _file().exists() and _file().read_text(encoding="utf-8") == text:
            return
        _file().parent.mkdir(parents=True, exist_ok=True)
        # Whole or not there, also for who reads it while this process is killed.
        with NamedTemporaryFile(
            "w", dir=_file().parent, prefix=".contact_card-", encoding="utf-8", delete=False
        ) as fresh:
            fresh.write(text)
        Path(fresh.name).chmod(0o644)
        Path(fresh.name).replace(_file())
    except (OSError, ValueError) as error:
        logger.warning("The contact card was not written: %s", type(error).__name__)


def contact_card() -> ContactCard:
    """Return the newest numbers known here, without a query; empty ones when there are none."""
    if _known:
        return _known[0]
    try:
        return ContactCard(**json.loads(_file().read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return ContactCard()


def remember_saved(instance: ClinicSettings, **_: object) -> None:
    """Receive ``post_save`` of the clinic's settings."""
    remember(instance)
