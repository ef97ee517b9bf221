"""Reads the demo's text files: YAML front matter between two lines of ``---``, then a body."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class TextFile:
    """One text of the demo."""

    name: str
    meta: dict[str, Any]
    body: str


def read_text_file(path: Path) -> TextFile:
    """Return the file at `path`; raises ValueError when it has no front matter."""
    opening, front_matter, body = path.read_text(encoding="utf-8").split("---\n", 2)
    if opening:
        raise ValueError(f"{path} must start with front matter")
    return TextFile(name=path.stem, meta=yaml.safe_load(front_matter), body=body.strip())


def read_folder(folder: Path) -> list[TextFile]:
    """Return every Markdown file of a folder, by front matter `order`, then by name."""
    files = (read_text_file(path) for path in folder.glob("*.md") if path.name != "README.md")
    return sorted(files, key=lambda file: (file.meta.get("order", 0), file.name))
