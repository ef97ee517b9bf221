"""Objects of the clinic for tests: plain functions whose keywords override what they set."""

from itertools import count
from typing import Any

from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from wagtail.models import Locale, Page, Site

from clinic.models import HomePage, PatientText, Person, StandardPage, User
from clinic.review import publishing_without_review
from clinic.roles import REVIEWERS

PASSWORD = "a-long-enough-test-password"

_number = count(1)


def make_user(role: str | None = None, **overrides: Any) -> User:
    """Return a user, in the group of a role if one is named."""
    fields = {"email": f"user{next(_number)}@clinic.example", "password": PASSWORD, **overrides}
    user = User.objects.create_user(**fields)
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def log_in_afresh(client: Client, user: User) -> None:
    """Log in and show the password once more, as changing a login asks for."""
    client.force_login(user)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})


def make_person(**overrides: Any) -> Person:
    """Return a specialist of the site."""
    fields = {
        "name": f"Ana Rivera {next(_number)}",
        "credential": "MD",
        "role": "Medical oncologist",
        "locale": make_locale(),
        **overrides,
    }
    return Person.objects.create(**fields)


def make_reviewer(**overrides: Any) -> User:
    """Return a clinical reviewer who is linked to a person of the site."""
    user = make_user(REVIEWERS, **overrides)
    make_person(user=user)
    return user


def make_locale(language_code: str = "en") -> Locale:
    return Locale.objects.get_or_create(language_code=language_code)[0]


def make_home_page(**overrides: Any) -> HomePage:
    """Return the home page of a language and make it the root of the site."""
    fields = {
        "title": "Home",
        "slug": f"home-{next(_number)}",
        "hero_title": "Immunotherapy",
        "hero_text": "Care and trials.",
        "locale": make_locale(),
        **overrides,
    }
    home = Page.get_first_root_node().add_child(instance=HomePage(**fields))
    if home.locale.language_code == "en":
        Site.objects.all().delete()
        Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)
        Site.clear_site_root_paths_cache()
    return home


def make_page(parent: Page | None = None, **overrides: Any) -> StandardPage:
    """Return a standard page, live unless told otherwise, that nobody reviewed."""
    parent = parent or HomePage.objects.first() or make_home_page()
    number = next(_number)
    fields = {"title": f"Page {number}", "slug": f"page-{number}", "locale": parent.locale}
    page = parent.add_child(instance=StandardPage(**{**fields, **overrides}))
    revision = page.save_revision()
    if page.live:
        with publishing_without_review():
            revision.publish()
    return StandardPage.objects.get(pk=page.pk)


def make_patient_text(**overrides: Any) -> PatientText:
    """Return a text for patients."""
    fields = {
        "key": PatientText.Key.THANK_YOU,
        "title": "Thank you",
        "body": "<p>We have your message.</p>",
        "locale": make_locale(),
        **overrides,
    }
    return PatientText.objects.create(**fields)
