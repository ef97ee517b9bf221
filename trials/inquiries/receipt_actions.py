"""What a sender does on the private page: say it, look at it once more, send it."""

import uuid
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views import View
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from clinic.error_pages import error_page
from clinic.forms import untyped_fields
from trials.inquiries.models import ReceiptStatus, SenderRequest
from trials.inquiries.private_pages import private, typed_pairs
from trials.inquiries.querysets_sender import PUBLIC_FIELDS
from trials.inquiries.receipt_forms import ContactForm, NoteForm, SenderForm, WishesForm
from trials.inquiries.receipt_views import gone, show
from trials.inquiries.receipts import Asked, asked_on, find_receipt, offered
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services import TooManyRequestsError, ask
from trials.inquiries.tokens import read_address_token
from trials.inquiries.urgent_words import has_urgent_words

CONFIRMED, CHANGE = "confirmed", "change"


@method_decorator(sensitive_post_parameters(), name="dispatch")
class SenderActionView(View):
    """One thing that can be asked for: its form (GET), a look at it, and the sending (POST)."""

    kind: RequestKind
    title: str | Promise
    button: str | Promise
    form_class: type[SenderForm] = SenderForm
    untyped_fields = untyped_fields(WishesForm, ContactForm, NoteForm) | {CONFIRMED, CHANGE}

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the receipt and what was asked for on it."""
        super().setup(request, *args, **kwargs)
        now = timezone.now()
        self.receipt = self.find(now)
        self.asked = asked_on(self.receipt, now) if self.receipt else []

    def find(self, now: Any) -> ReceiptStatus | None:
        """Return the receipt that the address leads to."""
        return find_receipt(self.kwargs["token"], now)

    def is_offered(self) -> bool:
        """Return whether this can be asked for as things stand."""
        return self.receipt is not None and self.kind in offered(self.receipt, self.asked)

    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show the form, or the button."""
        return self._unavailable() or self.show_form(self.form_class())

    @method_decorator(sensitive_variables("form"))
    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show once more what was typed, then store it."""
        if self.receipt is None:
            return gone(request)
        form = self.form_class(request.POST)
        if not form.is_valid():
            return self.show_form(form, HTTPStatus.UNPROCESSABLE_ENTITY)
        if CHANGE in request.POST:
            return self.show_form(self._kept_form())
        if CONFIRMED not in request.POST:
            return self._show_check(form)
        # What was stored a moment ago is not offered any more: the same page again, no error.
        if self.is_offered():
            try:
                self.store(self.receipt, form)
            except TooManyRequestsError:
                status = HTTPStatus.TOO_MANY_REQUESTS
                return error_page(request, status, template="inquiries/too_many.html")
        return self._back()

    def store(self, receipt: ReceiptStatus, form: SenderForm) -> None:
        """Ask for it."""
        ask(
            receipt=receipt,
            kind=self.kind,
            answers=form.answers,
            about=self.about,
            once=form.once_value,
            is_urgent=self._is_urgent(form),
            request=self.request,
        )

    @property
    def about(self) -> uuid.UUID | None:
        """Return which earlier request this is about."""
        return None

    def show_again(self) -> HttpResponse:
        """Return the page with what was typed, for a post that was refused before it came here."""
        if self.receipt is None:
            return gone(self.request)
        return self.show_form(self._kept_form(), HTTPStatus.FORBIDDEN)

    def show_form(self, form: SenderForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
        """Return the page with the form."""
        return self._show("inquiries/sender/action.html", status, form=form)

    def _show_check(self, form: SenderForm) -> HttpResponse:
        typed = typed_pairs(self.request, CONFIRMED, CHANGE)
        is_urgent = self._is_urgent(form)
        return self._show(
            "inquiries/sender/check.html", HTTPStatus.OK, form=form, typed=typed, urgent=is_urgent
        )

    def _show(self, template: str, status: HTTPStatus, **context: Any) -> HttpResponse:
        shared = {
            "kind": self.kind.value,
            "title": self.title,
            "button": self.button,
            "receipt": self.receipt,
            "token": self.kwargs["token"],
            "is_refused": status == HTTPStatus.FORBIDDEN,
        }
        return show(self.request, template, shared | context, status)

    @staticmethod
    def _is_urgent(form: SenderForm) -> bool:
        texts = (form.cleaned_data.get(name) for name in ("message", "contact_when"))
        return has_urgent_words("\n".join(text for text in texts if text))

    def _kept_form(self) -> SenderForm:
        lists = {name: self.request.POST.getlist(name) for name in self.request.POST}
        initial = {n: v if n == "contact_by" else v[-1] for n, v in lists.items()}
        return self.form_class(initial=initial)

    def _unavailable(self) -> HttpResponse | None:
        if self.receipt is None:
            return gone(self.request)
        return None if self.is_offered() else self._back()

    def _back(self) -> HttpResponse:
        address = reverse("inquiries:receipt", args=[self.kwargs["token"]])
        see_other = HttpResponseRedirect(f"{address}#asked", status=HTTPStatus.SEE_OTHER)
        return private(see_other, has_form=False)


class WishesView(SenderActionView):
    kind = RequestKind.WISHES
    title = _("How we reach you")
    button = _("Send my wishes")
    form_class = WishesForm


class ContactView(SenderActionView):
    kind = RequestKind.CONTACT
    title = _("A new address or number")
    button = _("Send the new address or number")
    form_class = ContactForm


class SenderNoteView(SenderActionView):
    kind = RequestKind.NOTE
    title = _("A note to our team")
    button = _("Send my note")
    form_class = NoteForm


class WithdrawView(SenderActionView):
    kind = RequestKind.WITHDRAW
    title = _("Withdraw my request")
    button = _("Yes, withdraw my request")


class UnlistView(SenderActionView):
    kind = RequestKind.UNLIST
    title = _("Leave the list for later")
    button = _("Yes, take me off the list")


class EraseView(SenderActionView):
    kind = RequestKind.ERASE
    title = _("Erase what I sent")
    button = _("Yes, erase what I sent")


class UndoView(SenderActionView):
    """Takes something back that was asked for, while there is time."""

    kind = RequestKind.UNDO
    title = _("Take it back")
    button = _("Yes, take it back")

    @property
    def undone(self) -> Asked | None:
        """Return what is taken back; None when it is too late or was never asked for."""
        wanted = self.about
        return next((one for one in self.asked if one.id == wanted and one.can_be_undone), None)

    def is_offered(self) -> bool:
        """Return whether there is something to take back."""
        return self.undone is not None

    @property
    def about(self) -> uuid.UUID | None:
        """Return what is taken back."""
        return uuid.UUID(self.kwargs["request_id"])

    def store(self, receipt: ReceiptStatus, form: SenderForm) -> None:
        """Take it back; a second time is the same, whichever form it comes from."""
        ask(receipt=receipt, kind=self.kind, about=self.about, request=self.request)

    def show_form(self, form: SenderForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
        """Return the page with the button and what it is about."""
        return self._show("inquiries/sender/action.html", status, form=form, undone=self.undone)


class ConfirmAddressView(SenderActionView):
    """The owner of a new address says that it is theirs; the mailed link leads here."""

    kind = RequestKind.CONFIRM
    title = _("Is this your address?")
    button = _("Yes, write to me at this address")

    def find(self, now: Any) -> ReceiptStatus | None:
        """Return the receipt on which the address was given, while it waits to be confirmed."""
        wanted = read_address_token(self.kwargs["token"])
        if wanted is None:
            return None
        rows = SenderRequest.objects.filter(pk=wanted, kind=RequestKind.CONTACT, outcome="")
        row = rows.values(*PUBLIC_FIELDS).first()
        if row is None:
            return None
        return ReceiptStatus.objects.filter(token_hash=row["receipt_id"]).first()

    def is_offered(self) -> bool:
        """Return whether the address was not taken back."""
        return any(one.id == self.about and one.stands for one in self.asked)

    @property
    def about(self) -> uuid.UUID | None:
        """Return which contact data are confirmed."""
        return read_address_token(self.kwargs["token"])

    def store(self, receipt: ReceiptStatus, form: SenderForm) -> None:
        """Confirm it; a second time is the same."""
        ask(receipt=receipt, kind=self.kind, about=self.about, request=self.request)

    def _back(self) -> HttpResponse:
        """Thank; the private link stays out of this page, which another person may have opened."""
        return show(self.request, "inquiries/sender/address_confirmed.html", {})
