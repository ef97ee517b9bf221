"""The social preview images of pages: drawn when a page is published, kept beside the pictures.

The name of the file says what it shows, so a page that is shown can tell without a query whether
its picture is there, and readers of links may keep a picture for long.
"""

import hashlib
import logging
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from wagtail.models import Page
from wagtail.signals import page_published

from clinic import social_image
from clinic.models import ClinicSettings
from clinic.page_cache import bump

logger = logging.getLogger(__name__)

FOLDER = "social"
# Part of every name: raise it when the drawing changes, and the worker draws all anew.
STYLE = "1"


def connect() -> None:
    """Draw whenever a page is published; called once, when the apps are ready."""
    page_published.connect(_on_published, dispatch_uid="clinic.social_images")


def name_of(page: Page, clinic_name: str) -> str:
    """Return the name under which the page's picture is kept."""
    shown = "\n".join((STYLE, page.title, clinic_name))
    return f"{FOLDER}/{page.pk}-{hashlib.sha256(shown.encode()).hexdigest()[:16]}.png"


def url_of(page: Page, clinic_name: str) -> str:
    """Return the address of the page's picture, "" while there is none."""
    name = name_of(page, clinic_name)
    return default_storage.url(name) if default_storage.exists(name) else ""


def draw_missing() -> None:
    """Draw what live pages lack, after a change of the clinic's name for example."""
    clinic_name = ClinicSettings.of_default_site().short_name
    drawn = [_draw(page, clinic_name) for page in Page.objects.live().filter(depth__gt=1)]
    if any(drawn):
        bump()


def _on_published(sender: type[Page], instance: Page, **_: Any) -> None:
    clinic_name = ClinicSettings.of_default_site().short_name
    try:
        _draw(instance, clinic_name)
    except OSError:
        # The worker draws it later; a full disk must not stop a correction from going out.
        logger.exception("Could not draw the social preview image of page %s", instance.pk)


def _draw(page: Page, clinic_name: str) -> bool:
    """Keep the page's picture and drop those with an earlier title; return whether it was new."""
    name = name_of(page, clinic_name)
    if default_storage.exists(name):
        return False
    default_storage.save(name, ContentFile(social_image.draw(page.title, clinic_name)))
    transaction.on_commit(lambda: _drop_earlier(page.pk, name))
    return True


def _drop_earlier(page_id: int, name: str) -> None:
    for file in default_storage.listdir(FOLDER)[1]:
        if file.startswith(f"{page_id}-") and f"{FOLDER}/{file}" != name:
            default_storage.delete(f"{FOLDER}/{file}")
