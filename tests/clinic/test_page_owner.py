"""A page that nobody owns is given to an editor."""

from typing import Any

import pytest
from django.urls import reverse

from clinic.models import AuditEvent, StandardPage
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from tests.clinic.review_steps import log_in
from tests.factories import make_page, make_user

pytestmark = pytest.mark.django_db


def url_of(page: StandardPage) -> str:
    return reverse("page_owner", args=[page.pk])


def owner_of(page: StandardPage) -> Any:
    return StandardPage.objects.get(pk=page.pk).owner


def test_report__leads_to_the_choice() -> None:
    page = make_page(owner=None)
    html = log_in(make_user(EDITORS)).get(reverse("clinical_reviews")).content.decode()
    assert url_of(page) in html and "Nobody: choose one" in html


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS, ADMINISTRATORS])
def test_choice__gives_the_page_away_and_is_audited(role: str) -> None:
    page, editor, user = make_page(owner=None), make_user(EDITORS), make_user(role)
    revision = page.latest_revision_id
    response = log_in(user).post(url_of(page), {"owner": editor.pk})
    assert response.status_code == 302 and owner_of(page) == editor
    assert StandardPage.objects.get(pk=page.pk).latest_revision_id == revision
    event = AuditEvent.objects.get(action="page.owner_changed")
    assert (event.actor_id, event.object_id) == (user.pk, str(page.pk))
    assert event.data == {"from": None, "to": editor.pk}


def test_next_draft__keeps_the_owner() -> None:
    page, editor = make_page(owner=None), make_user(EDITORS)
    log_in(editor).post(url_of(page), {"owner": editor.pk})
    assert StandardPage.objects.get(pk=page.pk).get_latest_revision_as_object().owner == editor


@pytest.mark.parametrize("choice", ["left", "other_role", "nobody", ""])
def test_owner__is_a_working_editor(choice: str) -> None:
    people = {
        "left": make_user(EDITORS, is_active=False).pk,
        "other_role": make_user(COORDINATORS).pk,
        "nobody": 987654,
        "": "",
    }
    page = make_page(owner=None)
    response = log_in(make_user(EDITORS)).post(url_of(page), {"owner": people[choice]})
    assert response.status_code == 200 and owner_of(page) is None
    assert not AuditEvent.objects.filter(action="page.owner_changed").exists()


@pytest.mark.parametrize("role", [COORDINATORS, LEADS, None])
def test_others__may_not(role: str | None) -> None:
    page, editor = make_page(owner=None), make_user(EDITORS)
    log_in(make_user(role)).post(url_of(page), {"owner": editor.pk})
    assert owner_of(page) is None
