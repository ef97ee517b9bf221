"""The sender's private page. A GET changes nothing: mail scanners open links."""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import strip_tags
from django.utils.translation import get_language
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from clinic.client_address import client_address
from clinic.error_pages import error_page
from clinic.models import PatientText
from clinic.rate_limit import hit
from clinic.site_facts import clinic_settings, patient_texts
from trials.inquiries.neutral_words import telltale_words
from trials.inquiries.private_pages import private
from trials.inquiries.receipt_forms import LinkForm
from trials.inquiries.receipts import asked_on, find_receipt, offered, way
from trials.inquiries.sender_enums import STOPPING
from trials.inquiries.services import ask_for_link

# A hospital's whole network shares one address.
MOST_LINKS_PER_HOUR = 30


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    """Return a page of the private side: not cached, and its address is told to no other site."""
    shared = {"clinic": clinic_settings(request), "texts": patient_texts(request)}
    response = render(request, template, shared | context, status=status)
    return private(response, has_form="form" in context)


def gone(request: HttpRequest) -> HttpResponse:
    """Return the page for a link that expired, was replaced, or was never given to anybody."""
    return show(request, "inquiries/sender/gone.html", {"form": LinkForm()}, HTTPStatus.NOT_FOUND)


class ReceiptView(View):
    """How far the request has come; never who sent it or what it is about."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show the page."""
        now = timezone.now()
        receipt = find_receipt(token, now)
        if receipt is None:
            return gone(request)
        texts, asked = patient_texts(request), asked_on(receipt, now)
        context = {
            "receipt": receipt,
            "token": token,
            "way": way(receipt),
            "asked": asked,
            "offered": offered(receipt, asked),
            "is_stopped": any(one.stands and one.kind in STOPPING for one in asked),
            "thank_you": _neutral(texts.get(PatientText.Key.THANK_YOU)),
            "next_steps": _neutral(texts.get(PatientText.Key.NEXT_STEPS)),
        }
        return show(request, "inquiries/receipt.html", context)


def _neutral(text: PatientText | None) -> PatientText | None:
    """Return a text of the clinic, or None where it tells of an illness: ours is shown then.

    Whoever looks over a shoulder must not learn here what the request is about.
    """
    if text is None or telltale_words(f"{text.title} {strip_tags(text.body)}"):
        return None
    return text


@method_decorator(sensitive_post_parameters(), name="dispatch")
class LinkView(View):
    """Asks for the private link again; answers the same whoever asks."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the form."""
        return self._show(LinkForm())

    @method_decorator(sensitive_variables("form"))
    def post(self, request: HttpRequest) -> HttpResponse:
        """Keep the address for the worker, who alone can look it up."""
        form = LinkForm(request.POST)
        if not form.is_valid():
            return self._show(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if hit("new-link", client_address(request), MOST_LINKS_PER_HOUR, timedelta(hours=1)):
            status = HTTPStatus.TOO_MANY_REQUESTS
            return error_page(request, status, template="inquiries/sender/too_many_links.html")
        language = get_language() or "en"
        ask_for_link(email=form.cleaned_data["email"], language=language, request=request)
        sent = HttpResponseRedirect(reverse("inquiries:link_sent"), status=HTTPStatus.SEE_OTHER)
        return private(sent, has_form=False)

    def show_again(self) -> HttpResponse:
        """Return the filled form once more, for a post that was refused before it came here."""
        form = LinkForm(initial={"email": self.request.POST.get("email", "")})
        return self._show(form, HTTPStatus.FORBIDDEN)

    def _show(self, form: LinkForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
        return show(self.request, "inquiries/sender/new_link.html", {"form": form}, status)


class LinkSentView(View):
    """What everybody reads who asked for a link."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page."""
        return show(request, "inquiries/sender/link_sent.html", {})
