"""Addresses of the Wagtail admin, without its own login: that one knows no second factor."""

from django.urls import path
from django.views.generic import RedirectView
from wagtail.admin.urls import urlpatterns as wagtail_patterns

OTHER_WAYS_IN = {"login/", "password_reset/"}

urlpatterns = [
    path(
        "login/",
        RedirectView.as_view(pattern_name="account_login", query_string=True),
        name="wagtailadmin_login",
    ),
    *(pattern for pattern in wagtail_patterns if str(pattern.pattern) not in OTHER_WAYS_IN),
]
