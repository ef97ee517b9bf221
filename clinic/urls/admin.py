"""Addresses of the Wagtail admin, without its own login: that one knows no second factor."""

from django.urls import path
from django.views.generic import RedirectView
from wagtail.admin.auth import user_has_any_page_permission, user_passes_test
from wagtail.admin.urls import urlpatterns as wagtail_patterns
from wagtail.utils.urlpatterns import decorate_urlpatterns

OTHER_WAYS_IN = {"login/", "password_reset/"}
# Wagtail shows the titles of drafts here to everybody who may log in.
FOR_PEOPLE_OF_PAGES = ("bulk/", "choose-page/", "pages/")

decorate_urlpatterns(
    [item for item in wagtail_patterns if str(item.pattern).startswith(FOR_PEOPLE_OF_PAGES)],
    user_passes_test(user_has_any_page_permission),
)
urlpatterns = [
    path(
        "login/",
        RedirectView.as_view(pattern_name="account_login", query_string=True),
        name="wagtailadmin_login",
    ),
    *(pattern for pattern in wagtail_patterns if str(pattern.pattern) not in OTHER_WAYS_IN),
]
