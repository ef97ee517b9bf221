"""The demo's mail: files on this machine, shown to staff who try the product. Never elsewhere."""

from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from wagtail.admin.menu import MenuItem

NEWEST = 100
_BETWEEN_MESSAGES = b"\n" + b"-" * 79 + b"\n"  # as Django's file backend writes it


@dataclass(frozen=True, slots=True)
class DemoMail:
    """A message as its receiver would read it."""

    recipient: str
    subject: str
    date: str
    text: str


def demo_mails() -> list[DemoMail]:
    """Return the newest messages, newest first."""
    folder = Path(settings.EMAIL_FILE_PATH or "")
    files = sorted(folder.glob("*.log"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
    mails = []
    for file in files[:NEWEST]:
        raw_messages = file.read_bytes().split(_BETWEEN_MESSAGES)
        mails += [_read(raw) for raw in reversed(raw_messages) if raw.strip()]
    return mails[:NEWEST]


def _read(raw: bytes) -> DemoMail:
    message = message_from_bytes(raw, EmailMessage, policy=policy.default)
    body = message.get_body(preferencelist=("plain",))
    text = body.get_content() if body else ""
    return DemoMail(str(message["To"]), str(message["Subject"]), str(message["Date"]), text)


def shows_demo_mail() -> bool:
    """Return whether this is the demo and its mail goes to files."""
    return settings.DEMO and settings.EMAIL_BACKEND.endswith("filebased.EmailBackend")


class DemoMailItem(MenuItem):
    """The way to the demo's mail, in the demo alone."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Return whether there is demo mail."""
        return shows_demo_mail()


def demo_mail_view(request: HttpRequest) -> HttpResponse:
    """Return the page with the demo's mail; raises Http404 outside the demo."""
    if not shows_demo_mail():
        raise Http404
    return TemplateResponse(request, "wagtailadmin/clinic/demo_mail.html", {"mails": demo_mails()})
