"""Which admin screens may write script into their pages: Wagtail's editors, none of ours."""

import pytest
from django.test import Client, RequestFactory
from django.urls import resolve, reverse

from clinic.middleware.csp import CSPMiddleware
from clinic.roles import EDITORS
from tests.clinic.review_steps import form_data
from tests.factories import make_page, make_user


def policy(path):
    request = RequestFactory().get(path)
    request.resolver_match = resolve(path)
    middleware = CSPMiddleware(lambda request: None)
    from django.http import HttpResponse

    return middleware.process_response(request, HttpResponse())["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/admin/pages/3/edit/",
        "/admin/pages/3/",
        "/admin/images/",
        "/admin/documents/",
        "/admin/groups/new/",
        "/admin/workflows/add/",
        "/admin/reports/site-history/",
        "/admin/snippets/clinic/patienttext/",
    ],
)
def test_wagtails_editors_may(path):
    assert "script-src 'self' 'unsafe-inline'" in policy(path)
    assert "style-src 'self' 'unsafe-inline'" in policy(path)


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/auth/login/",
        "/admin/demo-mail/",
        "/admin/account/",
        "/admin/pages/3/edit/preview/",
        "/admin/pages/3/view_draft/",
        "/en/",
    ],
)
def test_everything_else_may_not(path):
    assert "unsafe" not in policy(path)


def test_only_the_admin_may_be_framed_and_only_by_itself():
    assert "frame-ancestors 'self'" in policy("/admin/pages/3/edit/preview/")
    assert "frame-ancestors 'none'" in policy("/en/")


@pytest.mark.django_db
def test_preview_may_be_framed_by_the_editor():
    page, editor = make_page(), make_user(EDITORS)
    client = Client()
    client.force_login(editor)
    address = reverse("wagtailadmin_pages:preview_on_edit", args=[page.pk])
    assert client.post(address, form_data(page)).json()["is_valid"]
    response = client.get(address, {"in_preview_panel": "true"})
    assert page.title in response.content.decode()
    assert "frame-ancestors 'self'" in response["Content-Security-Policy"]
    assert "unsafe" not in response["Content-Security-Policy"]


@pytest.mark.django_db
def test_the_admin_answers_with_its_policy_and_is_not_kept():
    client = Client()
    client.force_login(make_user(EDITORS))
    response = client.get("/admin/")
    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "no-store" in response["Cache-Control"]
