"""What the editor finds while somebody writes: the preview is framed and our checks run in it."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, log_in
from tests.browser.watch import Watch

pytestmark = pytest.mark.browser


def test_dose_without_unit__is_named_while_it_is_written(
    demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> None:
    page = open_browser()
    log_in(page, demo_site, "editor@demo.example")
    page.goto(f"{demo_site.staff}/admin/pages/search/?q=monoclonal")
    page.get_by_role("link", name="Monoclonal antibodies").first.click()
    checks = page.locator("[data-checks-panel]")
    page.get_by_role("button", name="Toggle checks").click()
    expect(checks).to_contain_text("Never reviewed")
    expect(checks).not_to_contain_text("Dose without a unit?")

    dose = "Dose without a unit?"
    write(
        page,
        "Take 2 of these every day.",
        lambda: expect(checks).to_contain_text(dose, timeout=8_000),
    )
    write(
        page,
        "Take 400 mg of it every day.",
        lambda: expect(checks).not_to_contain_text(dose, timeout=8_000),
    )

    # Wagtail writes what its checks found to the console as errors.
    watch.findings[:] = [text for text in watch.findings if "axe.run results" not in text]


def write(page: Page, text: str, seen: Callable[[], None]) -> None:
    """Write the introduction until the checks answer it, as they do while a person writes on.

    Wagtail drops a change that comes while its last preview is still being checked.
    """
    field = page.get_by_role("textbox", name="Introduction")
    for more in range(1, 6):
        field.fill(text + " Yes." * more)
        with suppress(AssertionError):
            seen()
            return
    seen()
