"""Keeps derived rows right when staff change what they are derived from."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from wagtail.signals import published, unpublished

from clinic.models import ClinicSettings
from trials import search_documents
from trials.models import PlainSummary
from trials.own_sites import mark_own_sites
from trials.vocabulary import Vocabulary


def connect() -> None:
    """Listen to plain summaries and the clinic's settings."""
    for signal in (published, unpublished, post_delete):
        signal.connect(_refresh_summary, sender=PlainSummary, dispatch_uid="trials.search")
    post_save.connect(_mark_sites, sender=ClinicSettings, dispatch_uid="trials.own_sites")


def _refresh_summary(sender: Any, instance: PlainSummary, **_: Any) -> None:
    search_documents.refresh([instance.trial_id], Vocabulary.load())


def _mark_sites(sender: Any, raw: bool = False, **_: Any) -> None:
    if not raw:
        mark_own_sites()
