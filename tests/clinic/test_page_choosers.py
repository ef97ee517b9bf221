"""Who does not work on pages learns nothing of drafts, not even their titles."""

import pytest
from django.test import Client
from django.urls import reverse

from clinic.roles import COORDINATORS, EDITORS, LEADS
from tests.factories import make_home_page, make_page, make_user

pytestmark = pytest.mark.django_db
TITLE = "A draft about a new drug"


def answers(role: str) -> list[str]:
    home = make_home_page()
    draft = make_page(home, title=TITLE, live=False)
    other = make_page(home)
    client = Client()
    client.force_login(make_user(role))
    addresses = [
        reverse("wagtailadmin_choose_page_child", args=[home.pk]),
        reverse("wagtailadmin_choose_page_search") + "?q=draft",
        reverse("wagtailadmin_choose_page_chosen_multiple") + f"?id={draft.pk}",
        reverse("wagtailadmin_pages:move_confirm", args=[draft.pk, other.pk]),
        reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"]) + f"?id={draft.pk}",
        reverse("wagtailadmin_api:pages:listing") + "?fields=*",
    ]
    return [client.get(address).content.decode() for address in addresses]


@pytest.mark.parametrize("role", [COORDINATORS, LEADS])
def test_drafts__are_unknown_to_those_who_only_use_the_inbox(role: str) -> None:
    assert not [text for text in answers(role) if TITLE in text]


def test_drafts__are_there_for_editors() -> None:
    assert sum(TITLE in text for text in answers(EDITORS)) >= 3
