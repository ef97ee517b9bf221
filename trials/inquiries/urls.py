"""Addresses of the sender's side, below the language."""

from django.urls import path, re_path

from trials.inquiries.receipt_actions import (
    ConfirmAddressView,
    ContactView,
    EraseView,
    SenderNoteView,
    UndoView,
    UnlistView,
    WishesView,
    WithdrawView,
)
from trials.inquiries.receipt_views import LinkSentView, LinkView, ReceiptView
from trials.inquiries.several_views import SeveralTrialsView
from trials.inquiries.views import InquiryFormView

app_name = "inquiries"
# The token comes right after "inquiry/": logs mask what stands there.
RECEIPT = r"^inquiry/(?P<token>[0-9a-f]{40})/"
_UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

urlpatterns = [
    re_path(
        r"^trials/(?P<nct_id>[Nn][Cc][Tt]\d{8})/interest/$",
        InquiryFormView.as_view(),
        name="interest",
    ),
    path("trials/interest/", SeveralTrialsView.as_view(), name="several"),
    path("trials/help/", InquiryFormView.as_view(), name="help"),
    path("inquiry/new-link/", LinkView.as_view(), name="new_link"),
    path("inquiry/new-link/sent/", LinkSentView.as_view(), name="link_sent"),
    re_path(
        r"^inquiry/(?P<token>[0-9a-f]{64})/confirm/$",
        ConfirmAddressView.as_view(),
        name="confirm_address",
    ),
    re_path(f"{RECEIPT}$", ReceiptView.as_view(), name="receipt"),
    re_path(f"{RECEIPT}wishes/$", WishesView.as_view(), name="wishes"),
    re_path(f"{RECEIPT}contact/$", ContactView.as_view(), name="contact"),
    re_path(f"{RECEIPT}note/$", SenderNoteView.as_view(), name="note"),
    re_path(f"{RECEIPT}withdraw/$", WithdrawView.as_view(), name="withdraw"),
    re_path(f"{RECEIPT}list/$", UnlistView.as_view(), name="unlist"),
    re_path(f"{RECEIPT}erase/$", EraseView.as_view(), name="erase"),
    re_path(f"{RECEIPT}undo/(?P<request_id>{_UUID})/$", UndoView.as_view(), name="undo"),
]
