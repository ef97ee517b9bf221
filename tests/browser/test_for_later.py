"""The list for later in a browser: who is on it, and a person who leaves it by themselves."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.test_desk import STICKING_OUT
from tests.browser.test_every_page import sideways_scroll
from tests.browser.watch import axe_findings

# The worker does every ten seconds what senders ask for.
LOOKS = 60


@pytest.fixture
def lead(demo_site: DemoSite, open_browser: Opener) -> Page:
    page = open_browser()
    log_in(page, demo_site, "lead@demo.example")
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_screens__are_clean_at_every_width(demo_site: DemoSite, lead: Page, width: int) -> None:
    # The admin scrolls inside: a tall window shows all of it in the picture.
    lead.set_viewport_size({"width": width, "height": 3200})
    lead.goto(f"{demo_site.staff}/admin/inquiries/later/")
    problems = []
    for name in ("list", "inquiry"):
        problems += axe_findings(lead, include="main") + sideways_scroll(lead)
        problems += lead.evaluate(STICKING_OUT)
        screenshot(lead, f"later-{name}-{width}")
        if name == "list":
            lead.locator("table th[scope=row] a").first.click()
            lead.get_by_text("The person agreed anew").click()
        lead.wait_for_load_state()
    assert problems == []


def test_person__is_put_on_the_list_and_leaves_it(
    demo_site: DemoSite, lead: Page, open_browser: Opener
) -> None:
    lead.goto(f"{demo_site.staff}/admin/inquiries/")
    lead.locator(".inbox__search [name=q]").fill("Dummyson")
    lead.locator(".inbox__search button").click()
    lead.locator("table th[scope=row] a").first.click()
    inquiry, listed = lead.url, lead.get_by_text("May be told of other trials until")
    lead.get_by_text("The person wants to hear of other trials").click()
    lead.get_by_label("The person heard or read this text").check()
    lead.get_by_label("How did they agree?").select_option("letter")
    lead.get_by_label("For how long?").select_option("24")
    lead.get_by_role("button", name="Put on the list").click()
    expect(listed).to_be_visible()
    lead.locator("form[action$='/link/'] select").select_option("called_back")
    lead.locator("form[action$='/link/'] button").click()
    page = open_browser(width=360, height=740)
    page.goto(lead.locator(".inquiry__link code").inner_text())
    expect(page.get_by_role("heading", name="You are on our list for later")).to_be_visible()
    problems = axe_findings(page) + sideways_scroll(page)
    screenshot(page, "later-private-page-360")
    page.get_by_role("link", name="Leave the list for later").click()
    problems += axe_findings(page) + sideways_scroll(page)
    page.get_by_role("button", name="Yes, take me off the list").click()
    expect(page.get_by_text("You asked to leave the list for later")).to_be_visible()
    assert problems == []
    lead.goto(inquiry)
    for _second in range(LOOKS):
        if not listed.is_visible():
            break
        lead.wait_for_timeout(1000)
        lead.reload()
    expect(listed).to_be_hidden()
