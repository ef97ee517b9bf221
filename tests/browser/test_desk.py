"""The coordinator's desk as it happens in a browser: keys, drafts, the warning before the end."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.test_every_page import sideways_scroll
from tests.browser.watch import Watch, axe_findings

INBOX = "/admin/inquiries/?show=all"
# Fields that stick out of the form that holds them.
STICKING_OUT = """() => [...document.querySelectorAll("main form select, main form input")]
  .filter((field) => field.getBoundingClientRect().right
    > field.closest("form").getBoundingClientRect().right + 1)
  .map((field) => field.id || field.name)"""
AGE_SESSIONS = """
import time
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
for row in Session.objects.all():
    session = SessionStore(row.session_key)
    if "staff_active_at" in session:
        session["staff_active_at"] = int(time.time()) - 13 * 60 - 10
        session.save()
"""


@pytest.fixture
def lead(demo_site: DemoSite, open_browser: Opener) -> Page:
    page = open_browser()
    log_in(page, demo_site, "lead@demo.example")
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_inbox_and_inquiry__are_clean_at_every_width(
    demo_site: DemoSite, lead: Page, width: int
) -> None:
    # The admin scrolls inside: a tall window shows all of it in the picture.
    lead.set_viewport_size({"width": width, "height": 3200})
    problems = []
    lead.goto(f"{demo_site.staff}{INBOX}&filters=on")
    for name in ("inbox", "inquiry"):
        problems += axe_findings(lead, include="main") + sideways_scroll(lead)
        problems += lead.evaluate(STICKING_OUT)
        screenshot(lead, f"desk-{name}-{width}")
        if name == "inbox":
            lead.locator("table th[scope=row] a").first.click()
        lead.wait_for_load_state()
    assert problems == []


@pytest.mark.parametrize("width", [360, 1280])
def test_entering__is_clean_at_every_width_and_says_what_is_missing(
    demo_site: DemoSite, watch: Watch, lead: Page, width: int
) -> None:
    watch.expected_statuses |= {422}
    lead.set_viewport_size({"width": width, "height": 3200})
    lead.goto(f"{demo_site.staff}/admin/inquiries/new/")
    problems = []
    for name in ("empty", "errors"):
        problems += axe_findings(lead, include="main") + sideways_scroll(lead)
        problems += lead.evaluate(STICKING_OUT)
        screenshot(lead, f"entering-{name}-{width}")
        if name == "empty":
            lead.get_by_role("button", name="Save the inquiry").click()
            expect(lead.get_by_role("alert")).to_be_focused()
    assert problems == []


def test_keys__go_through_the_list_and_can_be_turned_off(demo_site: DemoSite, lead: Page) -> None:
    lead.goto(f"{demo_site.staff}{INBOX}")
    rows = lead.locator("[data-inbox-rows] tbody tr")
    lead.keyboard.press("j")
    expect(rows.nth(0).locator("a")).to_be_focused()
    lead.keyboard.press("j")
    lead.keyboard.press("x")
    expect(rows.nth(1).locator("[type=checkbox]")).to_be_checked()
    lead.keyboard.press("k")
    expect(rows.nth(0).locator("a")).to_be_focused()
    lead.keyboard.press("?")
    expect(lead.get_by_label("Shortcuts are on")).to_be_visible()
    lead.get_by_label("Shortcuts are on").uncheck()
    lead.reload()
    lead.keyboard.press("j")
    expect(rows.nth(0).locator("a")).not_to_be_focused()
    lead.keyboard.press("?")
    expect(lead.get_by_label("Shortcuts are on")).not_to_be_visible()


def test_draft__is_there_again_after_the_page_was_left(demo_site: DemoSite, lead: Page) -> None:
    lead.goto(f"{demo_site.staff}{INBOX}")
    lead.locator("table th[scope=row] a").first.click()
    lead.locator("#note_text").fill("Her sister answers")
    expect(lead.locator("form[data-draft=note] [data-draft-state]")).to_contain_text("Draft kept")
    lead.reload()
    expect(lead.locator("#note_text")).to_have_value("Her sister answers")
    expect(lead.locator("main")).to_contain_text("draft that you did not save")
    lead.get_by_role("button", name="Delete the draft").click()
    lead.wait_for_load_state()
    expect(lead.locator("#note_text")).to_have_value("")


def test_warning__comes_before_the_end_and_a_click_stays(
    demo_site: DemoSite, lead: Page, watch: Watch
) -> None:
    lead.clock.install()
    lead.goto(f"{demo_site.staff}{INBOX}")
    demo_site.manage("shell", "-c", AGE_SESSIONS)
    lead.clock.fast_forward("13:05")
    warning = lead.get_by_role("dialog", name="Are you still there?")
    expect(warning).to_be_visible()
    expect(lead.get_by_role("button", name="Stay logged in")).to_be_focused()
    assert axe_findings(lead) == []
    screenshot(lead, "desk-idle-warning", full_page=False)
    lead.get_by_role("button", name="Stay logged in").click()
    expect(warning).not_to_be_visible()
