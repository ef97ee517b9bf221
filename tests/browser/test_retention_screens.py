"""How long inquiries are kept, and what a person may ask for, in a browser."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.test_desk import STICKING_OUT
from tests.browser.test_every_page import sideways_scroll
from tests.browser.watch import axe_findings


@pytest.fixture
def lead(demo_site: DemoSite, open_browser: Opener) -> Page:
    page = open_browser()
    log_in(page, demo_site, "lead@demo.example")
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_screens__are_clean_at_every_width(demo_site: DemoSite, lead: Page, width: int) -> None:
    # The admin scrolls inside: a tall window shows all of it in the picture.
    lead.set_viewport_size({"width": width, "height": 2400})
    problems = []
    for name, path in (
        ("rules", "retention/"),
        ("rule", "retention/not_interested/"),
        ("person", "persons/"),
    ):
        lead.goto(f"{demo_site.staff}/admin/{path}")
        problems += axe_findings(lead, include="main") + sideways_scroll(lead)
        problems += lead.evaluate(STICKING_OUT)
        screenshot(lead, f"retention-{name}-{width}")
    assert problems == []


def test_person__is_found_by_the_keyboard_alone(demo_site: DemoSite, lead: Page) -> None:
    lead.goto(f"{demo_site.staff}/admin/inquiries/?show=open")
    reference = lead.locator("table th[scope=row] a").first.inner_text()
    lead.goto(f"{demo_site.staff}/admin/persons/")
    lead.get_by_label("Reference").focus()
    lead.keyboard.type(reference)
    lead.keyboard.press("Enter")
    expect(lead.get_by_role("heading", name="What we keep")).to_be_visible()
    lead.set_viewport_size({"width": 1280, "height": 1600})
    assert axe_findings(lead, include="main") + sideways_scroll(lead) == []
    screenshot(lead, "retention-found-1280")
    lead.set_viewport_size({"width": 360, "height": 2400})
    assert axe_findings(lead, include="main") + sideways_scroll(lead) == []
    screenshot(lead, "retention-found-360")
    assert reference in lead.locator("main table").inner_text()
    assert reference.lower() not in lead.url.lower()
