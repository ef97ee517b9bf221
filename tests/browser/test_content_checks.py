"""What the editor finds while somebody writes: the preview is framed and our checks run in it."""

import pytest
from playwright.sync_api import expect

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

    page.get_by_role("textbox", name="Introduction").fill("Take 2 of these every day.")
    expect(checks).to_contain_text("Dose without a unit?", timeout=30_000)

    page.get_by_role("textbox", name="Introduction").fill("Take 400 mg of it every day.")
    expect(checks).not_to_contain_text("Dose without a unit?", timeout=30_000)

    # Wagtail writes what its checks found to the console as errors.
    watch.findings[:] = [text for text in watch.findings if "axe.run results" not in text]
