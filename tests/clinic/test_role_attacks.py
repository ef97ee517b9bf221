"""Somebody has taken over a process and speaks to the database with its own login.

``SET ROLE`` in the tests' session would not do: it can be taken back. These are connections of
their own, as the roles log in.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.errors
import pytest
from django.apps import apps
from django.db import connection

from clinic.database_role_report import describe_roles
from clinic.database_roles import ROLES, collect_grants

pytestmark = pytest.mark.django_db
DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "database-roles.md"

REFUSED = (
    psycopg2.errors.InsufficientPrivilege,
    psycopg2.errors.UndefinedTable,
    psycopg2.errors.UndefinedFunction,
)
# Each is a whole attack; none may be answered by anything but a refusal.
ESCALATIONS = [
    # become somebody else
    "SET ROLE clinic_{other}",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION clinic_{other}",
    "SET SESSION AUTHORIZATION postgres",
    "GRANT clinic_{other} TO clinic_{own}",
    "GRANT pg_read_all_data TO clinic_{own}",
    "GRANT pg_read_server_files TO clinic_{own}",
    "ALTER ROLE clinic_{own} SUPERUSER",
    "ALTER ROLE clinic_{own} CREATEROLE",
    "ALTER ROLE clinic_{own} BYPASSRLS",
    "ALTER ROLE clinic_{other} PASSWORD 'mine'",
    "ALTER ROLE clinic_{other} SET search_path = pg_temp",
    "CREATE ROLE mine SUPERUSER",
    "DROP ROLE clinic_{other}",
    # give oneself what one has not
    "ALTER TABLE inquiries_inquiry OWNER TO clinic_{own}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT SELECT ON TABLES TO clinic_{own}",
    "REASSIGN OWNED BY postgres TO clinic_{own}",
    # put something of one's own where others stumble over it
    "CREATE TABLE mine (id int)",
    "CREATE TABLE pg_temp.mine (id int)",
    "CREATE TEMPORARY TABLE clinic_user (id int)",
    "CREATE VIEW mine AS SELECT 1",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION pg_temp.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OPERATOR === (FUNCTION = int4eq, LEFTARG = int, RIGHTARG = int)",
    "CREATE EXTENSION dblink",
    "CREATE EXTENSION file_fdw",
    "CREATE DATABASE mine",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION clinic_refuse_change()",
    "CREATE TRIGGER mine BEFORE INSERT ON clinic_auditevent"
    " FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()",
    "CREATE RULE mine AS ON INSERT TO clinic_auditevent DO INSTEAD NOTHING",
    "CREATE POLICY mine ON clinic_auditevent USING (false)",
    "CREATE INDEX mine ON inquiries_inquiry ((1 / 0))",
    "COMMENT ON TABLE inquiries_inquiry IS 'mine'",
    # the audit
    "ALTER TABLE clinic_auditevent DISABLE TRIGGER ALL",
    "DROP TRIGGER append_only ON clinic_auditevent",
    "SET session_replication_role = replica",
    "UPDATE clinic_auditevent SET action = 'nothing'",
    "DELETE FROM clinic_auditevent",
    "TRUNCATE clinic_auditevent",
    "UPDATE clinic_auditchain SET digest = ''",
    "DELETE FROM clinic_auditchain",
    "TRUNCATE clinic_auditchain",
    "CREATE OR REPLACE FUNCTION clinic_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NULL; END'",
    "ALTER FUNCTION clinic_refuse_change() RENAME TO mine",
    "DROP TABLE clinic_auditevent CASCADE",
    # remove what came in
    "TRUNCATE inquiries_inquiry CASCADE",
    "TRUNCATE inquiries_submission",
    "DELETE FROM inquiries_inquiry",
    "UPDATE inquiries_note SET blob = ''",
    "DELETE FROM inquiries_retentionrule",
    "DELETE FROM inquiries_hold",
    "UPDATE inquiries_submission SET blob = ''",
    "DROP TABLE inquiries_submission CASCADE",
    "ALTER TABLE inquiries_submission DROP COLUMN blob",
    "BEGIN; LOCK TABLE inquiries_attempt IN ACCESS EXCLUSIVE MODE",
    # the server below
    "COPY (SELECT 1) TO '/tmp/mine'",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY clinic_ratelimithit FROM '/etc/passwd'",
    "COPY clinic_ratelimithit FROM PROGRAM 'id'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_ls_dir('.')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT lo_export(1, '/tmp/mine')",
    "SELECT pg_reload_conf()",
    "SELECT pg_terminate_backend({backend})",
    "SELECT pg_cancel_backend({backend})",
    "SELECT pg_switch_wal()",
    "SELECT pg_logical_slot_get_changes('mine', NULL, NULL)",
    "SELECT pg_create_physical_replication_slot('mine')",
    "SELECT pg_create_restore_point('mine')",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SET log_statement = 'all'",
    "SET log_min_messages = debug5; SET log_parameter_max_length = -1",
    "LOAD 'auto_explain'",
    # what others are and do
    "SELECT rolpassword FROM pg_authid",
    "SELECT passwd FROM pg_shadow",
    "SELECT * FROM pg_hba_file_rules",
    "SELECT * FROM pg_file_settings",
    "SELECT stxdndistinct FROM pg_statistic_ext_data",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_user_mapping",
    "SELECT * FROM pg_largeobject",
]
# Postgres answers these with a warning and does nothing.
WITHOUT_EFFECT = [
    "GRANT SELECT ON inquiries_inquiry TO clinic_{own}",
    "GRANT ALL ON clinic_user TO clinic_{own}",
    "GRANT SELECT ON clinic_auditevent TO PUBLIC",
    "REVOKE ALL ON inquiries_inquiry FROM clinic_{other}",
    "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM clinic_{other}",
    "GRANT TEMPORARY ON DATABASE {database} TO clinic_{own}",
    "GRANT CREATE ON SCHEMA public TO clinic_{own}",
]


@pytest.fixture
def log_in() -> Iterator[Callable[[str], Any]]:
    """Return a function that opens a connection as a process does."""
    opened = []

    def open_connection(process: str) -> Any:
        settings = connection.settings_dict
        session = psycopg2.connect(
            dbname=settings["NAME"],
            user=ROLES[process],
            host=settings["HOST"],
            port=settings["PORT"],
        )
        session.autocommit = True
        opened.append(session)
        return session

    yield open_connection
    for session in opened:
        session.close()


def answers(session: Any, statement: str) -> Any:
    """Return what the database answers, an empty list for what returns nothing."""
    with closing(session.cursor()) as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def all_tables() -> list[str]:
    return connection.introspection.table_names()


@pytest.mark.parametrize("process", ROLES)
@pytest.mark.parametrize("attack", ESCALATIONS)
def test_escalation__is_refused(log_in: Any, process: str, attack: str) -> None:
    other = "public" if process == "staff" else "staff"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    session = log_in(process)
    with pytest.raises(REFUSED):
        answers(session, attack.format(own=process, other=other, backend=backend))
        pytest.fail(f"{process} may: {attack}")


@pytest.mark.parametrize("process", ROLES)
def test_granting__changes_nothing(log_in: Any, process: str) -> None:
    before, session = describe_roles(), log_in(process)
    other = "public" if process == "staff" else "staff"
    name = connection.settings_dict["NAME"]
    for attack in WITHOUT_EFFECT:
        with suppress(psycopg2.errors.InsufficientPrivilege):
            answers(session, attack.format(own=process, other=other, database=name))
    assert describe_roles() == before


@pytest.mark.parametrize("process", ROLES)
def test_every_table__gives_each_role_what_is_listed_and_refuses_the_rest(
    log_in: Any, process: str
) -> None:
    """Try it, table by table: what the catalogues say is one thing, what happens another."""
    session, granted = log_in(process), collect_grants()[process]
    tried = {
        "SELECT": 'SELECT * FROM "{}" LIMIT 0',
        "INSERT": 'INSERT INTO "{}" DEFAULT VALUES',
        "DELETE": 'DELETE FROM "{}" WHERE false',
        "TRUNCATE": 'TRUNCATE "{}"',
    }
    wrong = []
    for table in all_tables():
        for privilege, statement in tried.items():
            if privilege == "INSERT" and privilege in granted.get(table, []):
                continue  # would leave a row
            try:
                answers(session, statement.format(table))
                done = True
            except psycopg2.errors.InsufficientPrivilege:
                done = False
            # A trigger refuses all but synthetic ones: tests/inquiries/test_synthetic.py.
            is_refused = (table, privilege) == ("inquiries_inquiry", "DELETE")
            if done != (privilege in granted.get(table, []) and not is_refused):
                wrong.append((table, privilege, done))
    assert wrong == []


@pytest.mark.parametrize("process", ROLES)
def test_every_column__is_changed_only_where_listed(log_in: Any, process: str) -> None:
    session, granted = log_in(process), collect_grants()[process]
    wrong = []
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        listed = granted.get(table, [])
        columns = " ".join(one for one in listed if one.startswith("UPDATE ("))
        for field in model._meta.local_concrete_fields:
            try:
                answers(session, f'UPDATE "{table}" SET "{field.column}" = NULL WHERE false')
                done = True
            except psycopg2.errors.InsufficientPrivilege:
                done = False
            except psycopg2.errors.GeneratedAlways:
                continue
            is_listed = (
                field.column
                in columns.replace(",", " ").replace("(", " ").replace(")", " ").split()
            )
            if done and not ("UPDATE" in listed or is_listed):
                wrong.append((table, field.column))
    assert wrong == []


def test_public_role__opens_nothing_of_an_inquiry(log_in: Any) -> None:
    session = log_in("public")
    sealed = {table for table in all_tables() if table.startswith("inquiries_")}
    # What private pages show, and the figures that every page may show.
    shown = {"inquiries_receiptstatus", "inquiries_senderrequest", "inquiries_replyfigures"}
    for table in sealed - shown:
        for statement in (
            f"SELECT 1 FROM {table}",
            f"SELECT count(*) FROM {table}",
            f"SELECT ctid FROM {table}",
            f"COPY {table} TO STDOUT",
            f"DO $$ BEGIN PERFORM 1 FROM {table}; END $$",
            f"EXPLAIN ANALYZE SELECT * FROM {table}",
        ):
            with pytest.raises(psycopg2.errors.InsufficientPrivilege):
                answers(session, statement)
                pytest.fail(statement)


def test_public_role__reads_of_a_request_only_what_its_page_shows(log_in: Any) -> None:
    session = log_in("public")
    for statement in (
        "SELECT blob FROM inquiries_senderrequest",
        "SELECT key_id FROM inquiries_senderrequest",
        "SELECT is_urgent FROM inquiries_senderrequest",
        "SELECT * FROM inquiries_senderrequest",
        "COPY inquiries_senderrequest TO STDOUT",
        "UPDATE inquiries_senderrequest SET outcome = ''",
        "DELETE FROM inquiries_senderrequest",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            answers(session, statement)


def test_public_role__learns_nothing_by_adding(log_in: Any) -> None:
    """RETURNING and conflicts would tell what is there."""
    session = log_in("public")
    insert = "INSERT INTO inquiries_inquiry (id, reference) VALUES (gen_random_uuid(), 'X')"
    for ending in (
        "RETURNING reference",
        "ON CONFLICT (id) DO NOTHING",
        "ON CONFLICT (id) DO UPDATE SET reference = 'Y'",
        "RETURNING (SELECT count(*) FROM inquiries_inquiry)",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            answers(session, f"{insert} {ending}")


@pytest.mark.parametrize("process", ROLES)
def test_roles__do_not_see_what_others_run(log_in: Any, process: str) -> None:
    session = log_in(process)
    seen = answers(
        session, "SELECT query FROM pg_stat_activity WHERE usename <> current_user AND query <> ''"
    )
    assert {query for (query,) in seen} <= {"<insufficient privilege>"}


@pytest.mark.parametrize("process", ROLES)
def test_statistics__show_only_tables_that_one_may_read(log_in: Any, process: str) -> None:
    """Statistics hold the most frequent values of a column."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE clinic_user, inquiries_inquiry, django_content_type")
    session = log_in(process)
    shown = {table for (table,) in answers(session, "SELECT DISTINCT tablename FROM pg_stats")}
    readable = {
        table
        for table, privileges in collect_grants()[process].items()
        if any(privilege.startswith("SELECT") for privilege in privileges)
    }
    assert {table for table in shown if table in all_tables()} <= readable


@pytest.mark.parametrize("process", ROLES)
def test_large_object__of_the_owner_cannot_be_read(log_in: Any, process: str) -> None:
    owner = psycopg2.connect(
        dbname=connection.settings_dict["NAME"],
        user=connection.settings_dict["USER"],
        host=connection.settings_dict["HOST"],
        port=connection.settings_dict["PORT"],
    )
    owner.autocommit = True
    [(number,)] = answers(owner, "SELECT lo_from_bytea(0, 'secret')")
    try:
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            answers(log_in(process), f"SELECT lo_get({number})")
    finally:
        answers(owner, f"SELECT lo_unlink({number})")
        owner.close()


def test_worker__changes_nobodys_login(log_in: Any) -> None:
    session = log_in("worker")
    for statement in (
        "UPDATE clinic_user SET password = 'x'",
        "INSERT INTO clinic_user (email) VALUES ('x')",
        "DELETE FROM clinic_user",
        "INSERT INTO clinic_user_groups (user_id, group_id) VALUES (1, 1)",
        "UPDATE auth_group SET name = 'x'",
        "INSERT INTO django_session (session_key) VALUES ('x')",
        "UPDATE django_session SET session_data = 'x'",
        "SELECT data FROM mfa_authenticator",
        "DELETE FROM mfa_authenticator",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            answers(session, statement)


def test_worker__decides_neither_rules_nor_holds(log_in: Any) -> None:
    session = log_in("worker")
    for statement in (
        "INSERT INTO inquiries_retentionrule (key) VALUES ('spam')",
        "UPDATE inquiries_hold SET lifted_at = now()",
        "INSERT INTO inquiries_senderrequest (id) VALUES (gen_random_uuid())",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            answers(session, statement)


def test_staff__cannot_make_an_inquiry_disappear_or_another(log_in: Any) -> None:
    session = log_in("staff")
    for statement in (
        "DELETE FROM inquiries_inquiry",
        "UPDATE inquiries_note SET blob = ''",
        "DELETE FROM inquiries_submission",
        "DELETE FROM inquiries_note",
        "DELETE FROM inquiries_lookuptoken",
        "DELETE FROM inquiries_hold",
        "UPDATE inquiries_hold SET reason = 'postponed'",
        "DELETE FROM inquiries_retentionrule",
        "UPDATE inquiries_retentionrule SET months = 1",
        "DELETE FROM inquiries_attempt",
        "DELETE FROM inquiries_pause",
        "DELETE FROM inquiries_emergencyaccess",
        "UPDATE inquiries_emergencyaccess SET expires_at = now()",
        "DELETE FROM inquiries_senderrequest",
        "UPDATE inquiries_attempt SET outcome = 'spoke'",
        "UPDATE auth_permission SET codename = 'x'",
        "INSERT INTO clinic_auditchain (position) VALUES (1)",
        "UPDATE trials_trial SET brief_title = 'x'",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            answers(session, statement)


def test_document__is_what_the_database_says() -> None:
    assert DOCUMENT.read_text() == describe_roles(), (
        "run manage.py describe_database_roles > docs/database-roles.md on a migrated database"
    )


def test_description__shows_what_came_another_way() -> None:
    with connection.cursor() as cursor:
        cursor.execute("GRANT SELECT (email) ON clinic_user TO clinic_public")
        cursor.execute("GRANT DELETE ON clinic_auditevent TO PUBLIC")
        cursor.execute("GRANT pg_read_all_data TO clinic_worker")
        cursor.execute("ALTER TABLE clinic_takedown OWNER TO clinic_public")
    text = describe_roles()
    assert "| `clinic_user` | read (email) |" in text
    assert "| `clinic_auditevent` | add, delete | read, add, delete | read, add, delete |" in text
    assert "| Member of | none | none | `pg_read_all_data` |" in text
    assert "| `clinic_takedown` | OWNER" in text
