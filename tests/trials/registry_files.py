"""Where the real registry records are, when they are here."""

from pathlib import Path

import pytest

REGISTRY = Path(__file__).resolve().parents[3] / "shared" / "registry"
RECORDS = sorted((REGISTRY / "records").glob("*.json")) if REGISTRY.is_dir() else []
PARTIAL = sorted((REGISTRY / "partial").glob("*.json")) if REGISTRY.is_dir() else []
HISTORIES = sorted((REGISTRY / "history").iterdir()) if REGISTRY.is_dir() else []

needs_registry = [
    pytest.mark.registry,
    pytest.mark.skipif(not RECORDS, reason="the real registry records are not here"),
]
