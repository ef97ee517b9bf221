"""Reads studies from files: single records, arrays, API pages. One file is in memory at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trials.registry.values import parse_json


@dataclass(frozen=True, slots=True)
class Received:
    """One study as it came, or why a file could not be read."""

    source: str
    study: Any = None
    problem: str = ""


def record_files(path: Path) -> list[Path]:
    """Return the JSON files at a path, in order; raise FileNotFoundError when there is nothing."""
    if path.is_dir():
        return sorted(entry for entry in path.rglob("*.json") if entry.is_file())
    if not path.exists():
        raise FileNotFoundError(path)
    return [path]


def read_files(files: list[Path]) -> Iterator[Received]:
    """Yield every study in the files."""
    for file in files:
        yield from read_file(file)


def read_file(file: Path) -> Iterator[Received]:
    """Yield the studies of one file."""
    try:
        content = parse_json(file.read_bytes())
    except OSError as error:
        yield Received(file.name, problem=f"The file cannot be read: {error.strerror}.")
        return
    except (ValueError, RecursionError):
        yield Received(file.name, problem="The file is not JSON.")
        return
    if isinstance(content, dict) and isinstance(content.get("studies"), list):
        content = content["studies"]
    if not isinstance(content, list):
        yield Received(file.name, content)
        return
    for number, study in enumerate(content, start=1):
        yield Received(f"{file.name} #{number}", study)
