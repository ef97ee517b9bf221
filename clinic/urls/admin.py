"""Addresses of the Wagtail admin, without its own login: that one knows no second factor."""

from django.urls import path
from django.views.generic import RedirectView
from wagtail.admin.auth import (
    permission_required,
    user_has_any_page_permission,
    user_passes_test,
)
from wagtail.admin.urls import urlpatterns as wagtail_patterns
from wagtail.utils.urlpatterns import decorate_urlpatterns

from clinic.foreign_forms import WATCHED, only_its_own_forms
from clinic.not_here import not_here

# Wagtail's own login, and two addresses that raise an error to look at its page.
LEFT_OUT = {"login/", "password_reset/", "failwhale/", "test404/"}
# Wagtail shows the titles of drafts, or empty choosers, here to everybody who may log in.
FOR_PEOPLE_OF_PAGES = (
    "api/",
    "bulk/",
    "choose-",
    "documents/",
    "embeds/",
    "images/",
    "pages/",
    "snippets/",
    "tag-autocomplete/",
)

# Wagtail's own reports; ours say themselves for whom they are.
REPORTS = "reports/"
WORKFLOWS = "workflows/"


def _is_for_people_of_pages(written: str) -> bool:
    return written == REPORTS or written.startswith(FOR_PEOPLE_OF_PAGES)


decorate_urlpatterns(
    [item for item in wagtail_patterns if _is_for_people_of_pages(str(item.pattern))],
    user_passes_test(user_has_any_page_permission),
)
# There is one workflow, and migrations keep it: its screens are for break-glass accounts.
decorate_urlpatterns(
    [item for item in wagtail_patterns if str(item.pattern) == WORKFLOWS],
    permission_required("wagtailcore.change_workflow"),
)
# No chooser of snippets has a form to make one; what is sent there all the same is an error.
for chooser in wagtail_patterns:
    if str(chooser.pattern).startswith("snippets/choose/"):
        for item in chooser.url_patterns:
            if str(item.pattern) == "create/":
                item.callback = not_here
for one in wagtail_patterns:
    for item in getattr(one, "url_patterns", [one]):
        written = str(one.pattern) + (str(item.pattern) if item is not one else "")
        if written in WATCHED:
            item.callback = only_its_own_forms(item.callback, WATCHED[written])
urlpatterns = [
    path(
        "login/",
        RedirectView.as_view(pattern_name="account_login", query_string=True),
        name="wagtailadmin_login",
    ),
    *(pattern for pattern in wagtail_patterns if str(pattern.pattern) not in LEFT_OUT),
]
