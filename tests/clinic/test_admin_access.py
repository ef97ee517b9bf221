"""Who is let in where: every address of the admin, every role, against a table that people read.

The table admin_access.txt is part of the design: an address that is not in it lets nobody in until
somebody has read the line. ``WRITE_ADMIN_ACCESS=1`` writes the table anew, for reading the change.
"""

import os
from http import HTTPStatus
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from clinic.roles import ADMINISTRATORS, EDITORS, LEADS, REVIEWERS
from tests.admin_addresses import Sample, addresses
from tests.factories import make_reviewer, make_user

pytestmark = pytest.mark.django_db

TABLE = Path(__file__).with_name("admin_access.txt")
HEAD = """\
# Who is let in at each address of the admin. A letter: let in. A dot: refused, or nothing there.
# a anonymous   n logged in without a role   E editor   R clinical reviewer
# C coordinator on the trial's team   L coordination lead   A site administrator   S superuser
"""
LETTERS = "anERCLAS"
NO = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
LOOKS = {"jsi18n/", "sprite/"}  # icons and words of the screens, the same for everybody
WHILE_LOGGED_OUT = "auth/"


@pytest.fixture
def sample(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return Sample()


def person(letter, sample):
    roles = {"L": LEADS, "A": ADMINISTRATORS}
    known = {"E": lambda: sample.editor, "C": lambda: sample.member, "R": make_reviewer}
    if letter == "S":
        return make_user(is_superuser=True, is_staff=True)
    return known[letter]() if letter in known else make_user(roles.get(letter))


def ask(client, path):
    """Return the answer to looking, or to an empty form where one can only send; undone again."""
    cookies = client.cookies.copy()  # one address logs out
    with transaction.atomic():
        response = client.get(path, HTTP_SEC_FETCH_MODE="navigate")
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response = client.post(path, HTTP_SEC_FETCH_MODE="navigate")
        transaction.set_rollback(True)
    client.cookies = cookies
    return response


def lets_in(client, path):
    response = ask(client, path)
    away = response.get("Location", "").partition("?")[0]
    is_refusal = away in {reverse("account_login"), reverse("wagtailadmin_home")} and away != path
    return response.status_code not in NO and not is_refusal


def frozen():
    """Return the table as it was read last: pattern → letters."""
    lines = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return {line[len(LETTERS) + 2 :]: line[: len(LETTERS)].replace(".", "") for line in lines}


def write(letter, found):
    """Put what was found for one letter into the table."""
    known = frozen()
    lines = []
    for pattern, is_in in found.items():
        letters = known.get(pattern, "").replace(letter, "") + letter * is_in
        row = "".join(one if one in letters else "." for one in LETTERS)
        lines.append(f"{row}  {pattern}")
    TABLE.write_text(HEAD + "\n".join(lines) + "\n")


@pytest.mark.parametrize("letter", LETTERS)
def test_every_address__lets_in_whom_the_table_names(sample, letter):
    client = Client(raise_request_exception=False)
    if letter != "a":
        client.force_login(person(letter, sample))
    found = {one.pattern: lets_in(client, one.path) for one in addresses(sample)}
    if os.environ.get("WRITE_ADMIN_ACCESS"):
        write(letter, found)
    table = frozen()
    assert set(found) == set(table), "the admin's addresses are not those of the table"
    wrong = {pattern for pattern, is_in in found.items() if is_in != (letter in table[pattern])}
    assert {pattern: table[pattern] for pattern in wrong} == {}, letter


def test_every_address__needs_the_second_factor(sample, settings):
    settings.MFA_REQUIRED = True
    client = Client()
    client.force_login(sample.editor)
    for address in addresses(sample):
        if not address.pattern.startswith(WHILE_LOGGED_OUT):
            response = client.get(address.path)
            assert response.get("Location") == reverse("mfa_index"), address


class TestTable:
    """What the table must say, whoever writes it anew."""

    def whom(self, *beginnings):
        return {
            pattern: letters
            for pattern, letters in frozen().items()
            if pattern.startswith(beginnings)
        }

    def test_the_inbox_is_for_coordinators_and_leads(self):
        inbox = self.whom("inquiries/", "my-trials/")
        # Who sees all needs no emergency, and who sees nothing else has a way in that all learn of.
        assert inbox.pop("inquiries/emergency/") == "CS"
        assert inbox.pop("inquiries/emergencies/") == "L"
        assert len(inbox) >= 20
        assert {letter for letters in inbox.values() for letter in letters} == {"C", "L"}
        assert {*self.whom("trial-teams/").values()} == {"L"}

    def test_reports_and_exports_are_for_leads(self):
        reports = self.whom("inquiry-reports/")
        assert len(reports) == 3
        assert {*reports.values()} == {"L"}

    def test_nobody_but_superusers_manages_users_groups_and_sites_as_wagtail_does(self):
        closed = self.whom("users/", "groups/", "sites/", "locales/", "workflows/")
        assert len(closed) > 40
        assert {letter for letters in closed.values() for letter in letters} <= {"S"}

    def test_staff_are_managed_by_administrators(self):
        staff = self.whom("staff/", "staff-sessions/")
        assert {letter for letters in staff.values() for letter in letters} <= {"A", "S"}

    def test_strangers_reach_the_login_alone(self):
        reached = {pattern for pattern, letters in frozen().items() if "a" in letters}
        assert reached <= {p for p in reached if p.startswith("auth/")} | {"login/"} | LOOKS
        without_a_role = {pattern for pattern, letters in frozen().items() if "n" in letters}
        assert without_a_role <= {p for p in without_a_role if p.startswith("auth/")}

    def test_coordinators_write_and_see_nothing_of_the_content(self):
        content = self.whom("pages/", "images/", "documents/", "snippets/", "settings/", "bulk/")
        assert len(content) > 100
        assert [pattern for pattern, letters in content.items() if set("CL") & set(letters)] == []

    def test_reviewers_change_no_page_picture_or_file(self):
        assert EDITORS != REVIEWERS
        for pattern in (
            "pages/<int:page_id>/edit/",
            "images/<int:image_id>/",
            "documents/edit/<int:document_id>/",
            "images/add/",
        ):
            assert "E" in frozen()[pattern] and "R" not in frozen()[pattern]

    def test_nobody_publishes_unpublishes_or_deletes_what_is_live(self):
        for pattern in ("pages/<int:page_id>/unpublish/", "pages/<int:page_id>/privacy/"):
            assert set(frozen()[pattern]) <= {"S"}, pattern
