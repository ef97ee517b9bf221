from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from django.db import ProgrammingError, connection, transaction
from wagtail.models import Page, Site

from clinic.audit import record_event
from clinic.database_roles import (
    ROLES,
    collect_grants,
    shown_tables,
    sync_database_roles,
    undecided_tables,
)
from clinic.models import AuditEvent, User
from clinic.page_cache import bump

pytestmark = pytest.mark.django_db

AsRole = Callable[[str], AbstractContextManager[None]]


@pytest.fixture
def as_role() -> AsRole:
    @contextmanager
    def change(process: str) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE {ROLES[process]}")
            yield
            cursor.execute("RESET ROLE")

    return change


def refused(action: Callable[[], object]) -> bool:
    """Return whether the database refuses an action for want of privilege."""
    try:
        with transaction.atomic():
            action()
    except ProgrammingError as error:
        assert "permission denied" in str(error)
        return True
    return False


def privileges(role: str) -> set[tuple[str, str]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE grantee = %s AND table_schema = 'public'",
            [role],
        )
        return set(cursor.fetchall())


def test_every_table__has_a_decision() -> None:
    assert undecided_tables() == set()


@pytest.mark.parametrize("process", ROLES)
def test_role__has_what_the_list_says_and_nothing_else(process: str) -> None:
    listed = {
        (table, privilege)
        for table, allowed in collect_grants()[process].items()
        for privilege in allowed
        if "(" not in privilege
    }
    assert privileges(ROLES[process]) == listed


def test_sync__takes_away_what_is_not_listed() -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT ON clinic_user TO clinic_public")
        cursor.execute("GRANT SELECT (email) ON clinic_user TO clinic_public")
    sync_database_roles()
    assert "clinic_user" not in {table for table, _ in privileges("clinic_public")}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT has_column_privilege('clinic_public', 'clinic_user', 'email', 'SELECT')"
        )
        assert cursor.fetchone() == (False,)


def test_public_role__reads_pages_and_no_people(as_role: AsRole) -> None:
    with as_role("public"):
        assert not refused(lambda: list(Page.objects.all()))
        assert not refused(lambda: list(Site.objects.all()))
        assert refused(lambda: list(User.objects.all()))
        assert refused(lambda: User.objects.update(is_superuser=True))
        assert refused(lambda: Page.objects.update(title="defaced"))
        assert refused(bump)


@pytest.mark.parametrize(
    "table",
    [
        "account_emailaddress",
        "auth_group",
        "clinic_user",
        "django_session",
        "mfa_authenticator",
        "wagtailcore_apitoken",
        "wagtailcore_comment",
        "wagtailcore_modellogentry",
        "wagtailcore_pagelogentry",
        "wagtailcore_revision",
        "inquiries_inquiry",
        "inquiries_note",
        "inquiries_submission",
        "inquiries_lookuptoken",
    ],
)
def test_public_role__cannot_read(table: str, as_role: AsRole) -> None:
    def read() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT 1 FROM "{table}"')

    with as_role("public"):
        assert refused(read)


def test_public_role__writes_audit_events_it_cannot_read(as_role: AsRole) -> None:
    with as_role("public"):
        assert not refused(
            lambda: record_event(action="test.done", object_type="test", object_id="1", data={})
        )
        assert refused(lambda: AuditEvent.objects.count())
    assert AuditEvent.objects.filter(action="test.done").count() == 1


@pytest.mark.parametrize("process", ["staff", "worker"])
def test_audit__cannot_be_changed_by(process: str, as_role: AsRole) -> None:
    with as_role(process):
        assert refused(lambda: AuditEvent.objects.update(action="nothing"))
        assert refused(lambda: AuditEvent.objects.all()._raw_delete("default"))


@pytest.mark.parametrize("process", ROLES)
def test_role__makes_no_tables(process: str, as_role: AsRole) -> None:
    def create() -> None:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TABLE mine (id int)")

    with as_role(process):
        assert refused(create)


def test_worker__cannot_change_accounts(as_role: AsRole) -> None:
    with as_role("worker"):
        assert refused(lambda: User.objects.update(is_superuser=True))


def test_shown_tables__are_content_only() -> None:
    shown = shown_tables()
    assert "wagtailcore_page" in shown
    assert "clinic_pagecachegeneration" not in shown
    assert "inquiries_receiptstatus" not in shown


def test_unknown_privilege__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from clinic import database_grants

    monkeypatch.setitem(database_grants.GRANTS["public"], "clinic_user", ["SELECT; DROP TABLE x"])
    with pytest.raises(ValueError, match="unknown privilege"):
        collect_grants()
