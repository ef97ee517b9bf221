"""The documents for security officers and operators name what exists."""

import ast
import re
import shlex
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import get_commands, load_command_class
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent
SECURITY, RUNBOOKS = ROOT / "docs" / "security", ROOT / "docs" / "runbooks"
DOCUMENTS = [*sorted(SECURITY.glob("*.md")), *sorted(RUNBOOKS.glob("*.md"))]
PACKAGES = ("clinic", "education", "trials")
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
CODE = re.compile(r"^ *```sh\n(.*?)^ *```", re.DOTALL | re.MULTILINE)
# The first words of lines that belong to the machine and not to us.
TOOLS = {"curl", "journalctl", "pg_dump", "pg_restore", "runuser", "set", "systemctl"}
UNITS = {"clinic@public", "clinic@staff", "clinic@worker", "clinic@*"}
CONNECTING = {"aiohttp", "ftplib", "http.client", "httpx", "requests", "smtplib", "socket"}
CONNECTING |= {"urllib.request", "urllib3"}


@cache
def defined_in(path: str) -> frozenset[str]:
    """Return the names of the functions of a test file; nothing where there is no such file."""
    file = ROOT / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.is_file() else ast.Module([], [])
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def lines() -> list[list[str]]:
    """Return the words of each line of shell in the documents."""
    blocks = [block for file in DOCUMENTS for block in CODE.findall(file.read_text())]
    words = (shlex.split(line) for block in blocks for line in block.splitlines())
    return [line for line in words if line]


def ours() -> list[tuple[str, str, tuple[str, ...]]]:
    """Return process, command and options of each line that runs a command of ours."""
    inline = re.findall(r"`clinic ([^`]+)`", "\n".join(file.read_text() for file in DOCUMENTS))
    runs = [words[1:] for words in lines() if words[0] == "clinic"]
    runs += [shlex.split(words) for words in inline]
    return [(process, command, tuple(rest)) for process, command, *rest in runs]


def test_controls__name_tests_that_exist() -> None:
    named = TEST.findall((SECURITY / "controls.md").read_text())
    assert len(named) > 100
    assert not [f"{path}::{name}" for path, name in named if name not in defined_in(path)]


def test_controls__number_requirements_of_their_section() -> None:
    asvs = (SECURITY / "controls.md").read_text().partition("## OWASP ASVS")[2]
    rows = re.findall(r"^\| (V[^|:]+): ([^|]+) \|", asvs, re.MULTILINE)
    assert len(rows) > 35
    for section, numbers in rows:
        parts = tuple(f"{part}." for part in re.findall(r"V([\d.]+)", section))
        single = re.findall(r"\d+\.\d+\.\d+", numbers)
        assert single and all(number.startswith(parts) for number in single), section


def test_keys__are_settings() -> None:
    inventory = (SECURITY / "keys.md").read_text().partition("## Inventory")[2].partition("###")[0]
    keys = set(re.findall(r"^\| `([A-Z_]+)`", inventory, re.MULTILINE))
    settings = (ROOT / "clinic" / "settings.py").read_text()
    settings += (ROOT / "clinic" / "operating.py").read_text()
    assert not [key for key in keys if f'"{key}"' not in settings]
    secret = re.compile(r'_secret\("([A-Z_]+)"\)')
    assert set(secret.findall(settings)) <= keys


def test_shell__uses_tools_and_units_that_are_there() -> None:
    for words in lines():
        assert words[0] in {*TOOLS, "clinic", "psql"}, words
        assert {word for word in words if word.startswith("clinic@")} <= UNITS, words


@pytest.mark.parametrize("run", sorted(set(ours())), ids=lambda run: " ".join(run[:2]))
def test_commands__exist_with_their_options(run: tuple[str, str, tuple[str, ...]]) -> None:
    process, name, rest = run
    assert process in {"public", "staff", "worker", "owner"}
    command = load_command_class(get_commands()[name], name)
    known = command.create_parser("manage.py", name)._option_string_actions
    assert not [word for word in rest if word.startswith("--") and word not in known]


def test_shell_commands__import_what_exists() -> None:
    snippets = [words[words.index("--command") + 1] for words in lines() if "--command" in words]
    assert snippets
    for node in ast.walk(ast.parse("\n".join(snippets))):
        if isinstance(node, ast.ImportFrom):
            module = import_module(str(node.module))
            assert all(hasattr(module, alias.name) for alias in node.names)


@pytest.mark.django_db
def test_queries__are_of_tables_and_columns_that_exist() -> None:
    queries = [words[words.index("-c") + 1] for words in lines() if "-c" in words]
    assert len(queries) > 5
    for query in queries:
        if query.startswith(("SELECT", "UPDATE", "DELETE")):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {query}")


def test_sealed_tables__are_those_of_the_rotation() -> None:
    runbook = (RUNBOOKS / "key-rotation.md").read_text()
    models = apps.get_app_config("inquiries").get_models()
    sealed = {
        model._meta.db_table
        for model in models
        if any(field.name == "key_id" for field in model._meta.fields)
    }
    assert not [table for table in sealed if f"`{table}`" not in runbook]


def test_modules_that_open_connections__are_listed() -> None:
    listed = (SECURITY / "hosts-and-logs.md").read_text()
    listed = listed.partition("### Modules")[2].partition("## Hosts")[0]
    found = {
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if _imports(file) & CONNECTING
    }
    assert set(re.findall(r"^\| `([^`]+)`", listed, re.MULTILINE)) == found


def _imports(file: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


def test_what_is_missing__is_said_in_one_place() -> None:
    said = [file.name for file in DOCUMENTS if "not built yet" in file.read_text().lower()]
    assert said == ["README.md"]
