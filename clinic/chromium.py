"""The system's Chromium, for measuring page weight and for screenshots."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


class ChromiumMissing(RuntimeError):
    """There is no browser to drive; the message says what to install."""


@contextmanager
def chromium() -> Iterator[Any]:
    """Yield a browser; raises ChromiumMissing when Chromium or Playwright is not installed."""
    path = next(filter(None, map(shutil.which, _NAMES)), None)
    if path is None:
        raise ChromiumMissing("Chromium is missing (Debian: apt-get install chromium).")
    try:
        playwright = import_module("playwright.sync_api")
    except ImportError:
        raise ChromiumMissing(
            "Playwright is missing: install the development part of requirements.txt."
        ) from None
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=path, args=_FLAGS)
        try:
            yield browser
        finally:
            browser.close()
