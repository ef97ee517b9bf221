"""Addresses of the sender's side, below the language."""

from django.urls import path, re_path

from trials.inquiries.views import InquiryFormView, ReceiptView

app_name = "inquiries"
urlpatterns = [
    re_path(
        r"^trials/(?P<nct_id>[Nn][Cc][Tt]\d{8})/interest/$",
        InquiryFormView.as_view(),
        name="interest",
    ),
    path("trials/help/", InquiryFormView.as_view(), name="help"),
    re_path(r"^inquiry/(?P<token>[0-9a-f]{40})/$", ReceiptView.as_view(), name="receipt"),
]
