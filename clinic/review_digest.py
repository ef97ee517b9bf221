"""One message a week to everyone who keeps pages true, instead of one for each page."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from wagtail.models import Page, TaskState

from clinic.absences import covered_by
from clinic.models import OutboxMessage
from clinic.outbox import enqueue, register_template
from clinic.page_owner_views import name_of as user_name
from clinic.review_base import waiting_requests
from clinic.review_reports import due_label, reviewed_pages
from clinic.roles import EDITORS, REVIEWERS
from clinic.site_facts import clinic_settings
from clinic.translation_views import name_of

TEMPLATE = "review_digest"
LOOK_AHEAD = timedelta(days=14)
LONGEST_LIST = 25

User = get_user_model()


@dataclass(frozen=True)
class Digest:
    """What one person has to look after: pages of theirs, and requests of others."""

    pages: list[Page]
    requests: list[TaskState]

    @property
    def waiting(self) -> int:
        """Return how many requests of others wait for this person."""
        return len(self.requests)

    def __bool__(self) -> bool:
        return bool(self.pages or self.requests)


def digest_for(user: Any) -> Digest:
    """Return the pages that are due for this person, and the requests of others."""
    pages = list(pages_due_for(user)[: LONGEST_LIST + 1])
    return Digest(pages=pages, requests=waiting_requests(user))


def pages_due_for(user: Any) -> QuerySet[Page]:
    """Return the pages that this person owns or checked last and that are due soon.

    A deputy gets those of the people who are away today, too. Pages that nobody ever checked
    stand in the report alone: a new site would be all of them.
    """
    people = [user.pk, *covered_by(user)]
    theirs = Q(owner__in=people, is_owned=True) | Q(reviewer_user_id__in=people)
    soon = timezone.localdate() + LOOK_AHEAD
    return reviewed_pages().filter(theirs, review_due__lte=soon)


def enqueue_digests() -> None:
    """Enqueue this week's digest of everyone who has something to do; once a week for each."""
    year, week, _day = timezone.localdate().isocalendar()
    people = User.objects.filter(is_active=True, groups__name__in=(EDITORS, REVIEWERS)).distinct()
    for user in people:
        if digest_for(user):
            enqueue(
                template=TEMPLATE,
                subject_type="user",
                subject_id=user.pk,
                audience="staff",
                language=settings.LANGUAGE_CODE,
                once=f"{user.pk}:{year}-{week}",
            )


def build_digest(message: OutboxMessage) -> EmailMessage | None:
    """Return the digest as it stands when it is sent; None when nothing is left to do."""
    user = User.objects.filter(pk=message.subject_id, is_active=True).first()
    digest = digest_for(user) if user else None
    if user is None or not digest:
        return None
    today = timezone.localdate()
    with override(message.language):
        context = {
            "clinic": clinic_settings(),
            "waiting": digest.waiting,
            "covered": [user_name(person) for person in covered_by(user).values()],
            "requests": [
                {
                    "title": name_of(state.workflow_state.content_object),
                    "url": _staff_url("review_change", state.pk),
                }
                for state in digest.requests[:LONGEST_LIST]
            ],
            "pages": [
                {
                    "title": page.title,
                    "state": due_label(page.review_due, today),
                    "url": _staff_url("wagtailadmin_pages:edit", page.pk),
                }
                for page in digest.pages[:LONGEST_LIST]
            ],
            "has_more": len(digest.pages) > LONGEST_LIST,
            "home_url": _staff_url("wagtailadmin_home"),
            "report_url": _staff_url("clinical_reviews"),
        }
        text = render_to_string("clinic/mail/review_digest.txt", context)
        return EmailMessage(_("Pages to check this week"), text, to=[user.email])


def _staff_url(name: str, *arguments: object) -> str:
    return urljoin(settings.STAFF_URL, reverse(name, args=arguments))


def register() -> None:
    """Let the outbox write this room's messages."""
    register_template(TEMPLATE, build_digest)
