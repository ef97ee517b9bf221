"""What each database role may do, as the database itself says: for docs/database-roles.md.

The allow-list is what we meant; this reads the catalogues, so that a privilege that came another
way (a default of Postgres, a hand in psql, an extension) shows too.
"""

from collections import defaultdict
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

from clinic.database_roles import ROLES

_ORDER = ("OWNER", "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_WORDS = {"SELECT": "read", "INSERT": "add", "UPDATE": "change", "DELETE": "delete"}
_OUTSIDE = "('pg_catalog', 'information_schema', 'pg_toast')"
# Granted to the role itself, to everybody (grantee 0), or by owning the thing.
_TABLES = f"""
    SELECT c.oid::regclass::text, r.rolname, acl.privilege_type, NULL
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) acl
      JOIN pg_roles r ON acl.grantee IN (r.oid, 0)
     WHERE r.rolname = ANY(%(roles)s) AND n.nspname NOT IN {_OUTSIDE} AND c.relkind <> 'S'
    UNION
    SELECT c.oid::regclass::text, r.rolname, acl.privilege_type, a.attname
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(a.attacl) acl
      JOIN pg_roles r ON acl.grantee IN (r.oid, 0)
     WHERE r.rolname = ANY(%(roles)s) AND n.nspname NOT IN {_OUTSIDE}
    UNION
    SELECT c.oid::regclass::text, r.rolname, 'OWNER', NULL
      FROM pg_class c JOIN pg_roles r ON c.relowner = r.oid WHERE r.rolname = ANY(%(roles)s)
"""  # noqa: S608
_ABOVE_TABLES = f"""
    SELECT r.rolname,
           ARRAY(SELECT name FROM unnest(
               ARRAY['superuser', 'create role', 'create database', 'replication',
                     'bypass row security'],
               ARRAY[r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication,
                     r.rolbypassrls]) AS flag(name, held) WHERE held),
           ARRAY(SELECT m.roleid::regrole::text FROM pg_auth_members m WHERE m.member = r.oid
                 ORDER BY 1),
           ARRAY(SELECT privilege FROM unnest(ARRAY['CREATE', 'TEMPORARY']) AS privilege
                 WHERE has_database_privilege(r.oid, current_database(), privilege)),
           ARRAY(SELECT nspname::text FROM pg_namespace WHERE nspname !~ '^pg_'
                 AND has_schema_privilege(r.oid, oid, 'CREATE') ORDER BY 1),
           ARRAY(SELECT p.oid::regprocedure::text FROM pg_proc p
                 JOIN pg_namespace n ON n.oid = p.pronamespace
                 WHERE p.prosecdef AND n.nspname NOT IN {_OUTSIDE}
                 AND has_function_privilege(r.oid, p.oid, 'EXECUTE') ORDER BY 1),
           ARRAY(SELECT c.oid::regclass::text FROM pg_class c
                 JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE n.nspname NOT IN {_OUTSIDE} AND CASE WHEN c.relkind = 'S'
                 THEN has_sequence_privilege(r.oid, c.oid, 'USAGE, SELECT, UPDATE') END
                 ORDER BY 1)
      FROM pg_roles r WHERE r.rolname = ANY(%(roles)s) ORDER BY 1
"""  # noqa: S608
_FACTS = (
    "Attributes",
    "Member of",
    "Of the database, besides connecting",
    "May create in the schemas",
    "Functions that run as their owner",
    "Sequences",
)

_HEAD = """\
# What each database role may do

Written by `manage.py describe_database_roles` from the catalogues of the database, not from the \
allow-list: a test compares this page with a migrated database. What a role may not do is \
attacked in `tests/clinic/test_role_attacks.py`. `read (…)` means these columns only; an empty \
cell means that the role cannot even learn whether a row exists. The owner, who migrates, is not \
listed.

"""
_TAIL = """
## What Postgres leaves to every role

Some doors cannot be closed by the owner of a database, and are of little use to an attacker:

- the names of tables and columns, and estimates of how many rows a table has (`pg_class`). What \
a table holds, and its statistics (`pg_stats`), stays hidden, as do the statements that other \
roles run (`pg_stat_activity`);
- advisory locks and large objects of one's own. We keep nothing in large objects, and who holds \
the lock of the audit's chain only delays it, which readiness shows;
- one's own password and settings (`ALTER ROLE`). Who has broken into the public door could lock \
it out; `pg_hba.conf` and a new password let it in again.
"""


def describe_roles(using: str = DEFAULT_DB_ALIAS) -> str:
    """Return the page docs/database-roles.md for the roles of this database, in Markdown."""
    with connections[using].cursor() as cursor:
        cursor.execute(_ABOVE_TABLES, {"roles": [*ROLES.values()]})
        above = {name: facts for name, *facts in cursor.fetchall()}
        cursor.execute(_TABLES, {"roles": [*ROLES.values()]})
        tables = _by_table(cursor.fetchall())
    return f"{_HEAD}{_facts_table(above)}\n{_privileges_table(tables)}{_TAIL}"


def _by_table(rows: list[tuple[str, str, str, str | None]]) -> dict[str, dict[str, Any]]:
    """Return table → role → privilege → its columns, or None for all of them."""
    tables: dict[str, dict[str, Any]] = defaultdict(lambda: defaultdict(dict))
    for table, role, privilege, column in rows:
        held = tables[table][role]
        if column is None:
            held[privilege] = None
        elif held.get(privilege, []) is not None:
            held.setdefault(privilege, []).append(column)
    return tables


def _facts_table(above: dict[str, list[list[str]]]) -> str:
    lines = _heading("Above tables")
    for number, fact in enumerate(_FACTS):
        cells = [
            ", ".join(f"`{name}`" for name in above[role][number]) or "none"
            if role in above
            else "no such role"
            for role in ROLES.values()
        ]
        lines.append(_row(fact, cells))
    return "\n".join(lines) + "\n"


def _privileges_table(tables: dict[str, dict[str, Any]]) -> str:
    lines = _heading("Table")
    for table in sorted(tables):
        cells = [_words(tables[table].get(role, {})) for role in ROLES.values()]
        lines.append(_row(f"`{table}`", cells))
    return "\n".join(lines) + "\n"


def _heading(first: str) -> list[str]:
    return [_row(first, [*ROLES]), _row("---", ["---"] * len(ROLES))]


def _row(first: str, cells: list[str]) -> str:
    return f"| {' | '.join([first, *cells])} |"


def _words(held: dict[str, list[str] | None]) -> str:
    """Return privileges as words: ``read, change (a, b)``."""
    known = [privilege for privilege in _ORDER if privilege in held]
    words = []
    for privilege in [*known, *sorted(set(held) - set(known))]:
        columns = held[privilege]
        word = _WORDS.get(privilege, privilege)
        words.append(f"{word} ({', '.join(sorted(columns))})" if columns else word)
    return ", ".join(words)
