"""Inquiries for tests, made the way the site makes them."""

import uuid
from datetime import timedelta
from itertools import count
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from tests.factories import make_user
from trials.inquiries.enums import Origin
from trials.inquiries.models import Inquiry
from trials.inquiries.services import accept, join_team
from trials.inquiries.tokens import FormToken
from trials.models import Trial

_number = count(99910001)

# What must never be found in clear anywhere.
PLANTED = {
    "name": "Zebulon Quillfeather",
    "email": "zebulon.quillfeather@example.org",
    "phone": "(415) 555-0142 ext. 77",
    "contact_when": "Thursdays after the ferry",
    "message": "I was told I have glioblastoma multiforme.",
}
ANSWERS: dict[str, Any] = {
    "for_whom": "me",
    "contact_by": ["phone", "email"],
    "may_leave_message": "neutral",
    "preferred_language": "en",
    "needs_interpreter": False,
    "is_adult": True,
    "consent": True,
    "other_trials_consent": False,
    **PLANTED,
}


def make_trial(**overrides: Any) -> Trial:
    """Return a trial that is open at our site."""
    now = timezone.now()
    fields = {
        "nct_id": f"NCT{next(_number)}",
        "brief_title": "Example trial of a checkpoint inhibitor",
        "status": "RECRUITING",
        "has_our_site": True,
        "our_site_open": True,
        "content_hash": "0" * 64,
        "first_seen_at": now,
        "last_changed_at": now,
        **overrides,
    }
    return Trial.objects.create(**fields)


def make_inquiry(*, answers: dict[str, Any] | None = None, **overrides: Any) -> Inquiry:
    """Return an accepted inquiry; a general one unless a trial is given."""
    arguments: dict[str, Any] = {
        "inquiry_id": uuid.uuid4(),
        "trial": None,
        "language": "en",
        "origin": Origin.TRIAL if overrides.get("trial") else Origin.HELP,
        "consent_version": "en-0-0",
        **overrides,
    }
    accept(answers=ANSWERS | (answers or {}), **arguments)
    return Inquiry.objects.get(pk=arguments["inquiry_id"])


def make_member(trial: Trial, role: str) -> Any:
    """Return a user with a role who is on the team of a trial."""
    user = make_user(role)
    join_team(trial=trial, user=user, role="coordinator", actor=user)
    return user


def form_token(seconds_ago: int = 60, inquiry_id: uuid.UUID | None = None) -> str:
    """Return the token of a form that was shown some seconds ago."""
    shown_at = timezone.now() - timedelta(seconds=seconds_ago)
    return FormToken(inquiry_id or uuid.uuid4(), shown_at, "en-0-0").signed()


def form_data(**overrides: Any) -> dict[str, Any]:
    """Return what a browser posts for a form filled in by a person."""
    ticked = {name: "on" for name, value in ANSWERS.items() if value is True}
    texts = {name: value for name, value in ANSWERS.items() if not isinstance(value, bool)}
    data = texts | ticked | {"form_token": form_token(), "about": "", "website": "", **overrides}
    return {name: value for name, value in data.items() if value is not None}


def encoded(data: dict[str, Any]) -> str:
    """Return form data as the body of a post."""
    query = QueryDict(mutable=True)
    for name, value in data.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return query.urlencode()
