"""What a backup says about itself: enough to know later that it is whole, and what it needs."""

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

NAME = "manifest.json"
FORMAT = 1
DUMP = "database.dump"
MEDIA = "media.tar"
_AT_ONCE = 1 << 20


class BadBackupError(RuntimeError):
    """A backup is not whole; the message says in what way."""


@dataclass(frozen=True)
class StoredFile:
    """A file of a backup, by size (bytes) and SHA-256."""

    bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """Of when the backup is, what is in it, and by which keys its sealed values open."""

    made_at: str
    server_version: str
    files: dict[str, StoredFile]
    rows: dict[str, int]
    migrations: list[str]
    # By table: how many rows are sealed for which key. Ids of keys are no secrets.
    sealed_for: dict[str, dict[str, int]]
    audit_head: str
    format: int = FORMAT

    def write(self, folder: Path) -> None:
        """Write the manifest into the folder of its backup."""
        text = json.dumps(asdict(self), indent=1, sort_keys=True)
        (folder / NAME).write_text(text + "\n", encoding="utf-8")


def read(folder: Path) -> Manifest:
    """Return the manifest of a folder; raises BadBackupError when there is none to be trusted."""
    try:
        values: dict[str, Any] = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if values["format"] != FORMAT:
            raise BadBackupError(f"{folder} has a format that this version does not read.")
        files = {name: StoredFile(**stored) for name, stored in values.pop("files").items()}
        return Manifest(files=files, **values)
    except FileNotFoundError:
        raise BadBackupError(
            f"{folder} has no {NAME}: the backup was not finished. Take another one."
        ) from None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadBackupError(f"{folder / NAME} cannot be read: {type(error).__name__}.") from None


def described(path: Path) -> StoredFile:
    """Return size and hash of a file."""
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(_AT_ONCE):
            digest.update(chunk)
            size += len(chunk)
    return StoredFile(size, digest.hexdigest())


def check_files(folder: Path, manifest: Manifest) -> None:
    """Raise BadBackupError unless every file is there as it was written."""
    for name, stored in manifest.files.items():
        path = folder / name
        if not path.is_file():
            raise BadBackupError(f"{path} is missing.")
        found = described(path)
        if found.bytes != stored.bytes:
            raise BadBackupError(
                f"{path} is cut off or was changed: {found.bytes} bytes of {stored.bytes}."
            )
        if found.sha256 != stored.sha256:
            raise BadBackupError(f"{path} was changed: its hash is not the one of the manifest.")
