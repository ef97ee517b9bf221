"""The house rules that a reader relies on: arrows run one way, modules stay small."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# A room may import itself and the rooms below it.
ROOMS = ["trials.inquiries", "trials", "education", "clinic"]
MODULE_LIMIT = 400


def sources() -> list[Path]:
    return [
        path
        for package in ("clinic", "education", "trials")
        for path in sorted((ROOT / package).rglob("*.py"))
        if "migrations" not in path.parts
    ]


def module_name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def room_of(module: str) -> str | None:
    return next((room for room in ROOMS if module == room or module.startswith(room + ".")), None)


def imported_modules(source: str, package: list[str]) -> set[str]:
    """Return every absolute module that a source text imports, inside functions too."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            module = ".".join([*base, *([node.module] if node.module else [])])
            # "from trials import inquiries" imports the higher room too.
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def imports_of(path: Path) -> set[str]:
    package = module_name(path).split(".")
    return imported_modules(
        path.read_text(), package if path.name == "__init__.py" else package[:-1]
    )


def upward_imports(path: Path) -> set[str]:
    own_room = room_of(module_name(path))
    assert own_room is not None
    above = ROOMS[: ROOMS.index(own_room)]
    return {module for module in imports_of(path) if room_of(module) in above}


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_module__imports_nothing_from_a_higher_room(path: Path) -> None:
    assert upward_imports(path) == set()


def test_arrow_check__sees_imports_inside_functions_and_relative_ones() -> None:
    late = "def late():\n    from trials import inquiries\n    from ..services import late\n"
    modules = imported_modules(late, ["trials", "registry"])
    assert {"trials.inquiries", "trials.services"} <= modules


@pytest.mark.parametrize("path", sources(), ids=module_name)
def test_module__is_one_room_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MODULE_LIMIT


def test_tests__are_not_imported_by_the_product() -> None:
    importers = [
        module_name(path)
        for path in sources()
        if any(name.split(".")[0] == "tests" for name in imports_of(path))
    ]
    assert importers == []


def test_top_level__holds_only_the_usual_files() -> None:
    allowed = {
        ".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "clinic", "docs", "education",
        "manage.py", "pyproject.toml", "requirements.txt", "templates", "tests", "trials",
    }  # fmt: skip
    tracked = {
        path.name
        for path in ROOT.iterdir()
        if path.name not in {".git", ".venv", ".data", ".env", "screenshots"}
        and not path.name.endswith("_cache")
        and path.name not in {".hypothesis", ".coverage", "__pycache__", "htmlcov"}
    }
    assert tracked <= allowed
