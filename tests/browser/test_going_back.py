"""On a shared computer "Back" shows nothing of the person before."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.test_every_page import axe_findings
from tests.browser.watch import Watch

TYPED = {"name": "Zebulon Quillfeather", "email": "zebulon.quillfeather@example.org"}


def send_form(page: Page, site: DemoSite) -> None:
    page.goto(f"{site.public}/en/trials/help/")
    for name, text in TYPED.items():
        page.locator(f"main [name={name}]").fill(text)
    page.locator("main [name=message]").fill("I was told I have melanoma.")
    for name, value in {"for_whom": "me", "may_leave_message": "neutral"}.items():
        page.locator(f"main [name={name}][value={value}]").check()
    page.locator("main [name=contact_by][value=email]").check()
    for name in ("is_adult", "consent"):
        page.locator(f"main [name={name}]").check()
    page.locator("main form[data-private-form] button[type=submit]").click()
    page.wait_for_url("**/en/inquiry/**")


@pytest.mark.parametrize("scripts", [True, False])
def test_sent_form__is_empty_on_the_way_back(
    demo_site: DemoSite, open_browser: Opener, scripts: bool
) -> None:
    page = open_browser(java_script_enabled=scripts)
    send_form(page, demo_site)
    page.go_back()
    expect(page.locator("main [name=name]")).to_be_visible()
    for name in TYPED:
        expect(page.locator(f"main [name={name}]")).to_have_value("")
    expect(page.locator("main [name=message]")).to_have_value("")
    expect(page.locator("main [name=consent]")).not_to_be_checked()


# What a browser tells a page that it had kept whole and shows again. Chromium keeps none of these
# (they are "no-store"), other browsers may.
COMES_BACK = 'dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}))'


def show_again(page: Page) -> None:
    """Let a page come back from memory, and wait until it has been asked for anew."""
    page.evaluate("window.isFromMemory = true")
    with page.expect_navigation():
        page.evaluate(COMES_BACK)
    assert page.evaluate("window.isFromMemory") is None


def test_page_from_memory__is_asked_for_anew(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(f"{demo_site.public}/en/trials/help/")
    page.locator("main [name=name]").fill(TYPED["name"])
    show_again(page)
    expect(page.locator("main [name=name]")).to_have_value("")
    send_form(page, demo_site)
    show_again(page)
    expect(page.locator("h1")).to_be_visible()
    staff = open_browser()
    log_in(staff, demo_site, "lead@demo.example")
    staff.goto(f"{demo_site.staff}/admin/inquiries/?show=all")
    show_again(staff)
    expect(staff.locator("table th[scope=row]").first).to_be_visible()


def test_inbox__is_gone_on_the_way_back_after_the_logout(
    demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> None:
    watch.expected_statuses |= {401}
    page = open_browser()
    log_in(page, demo_site, "lead@demo.example")
    page.goto(f"{demo_site.staff}/admin/inquiries/?show=all")
    reference = page.locator("table th[scope=row] a").first.inner_text()
    page.locator("table th[scope=row] a").first.click()
    page.wait_for_url("**/admin/inquiries/*/")
    page.get_by_role("link", name="Who saw this inquiry").click()
    page.wait_for_url("**/access/")
    assert axe_findings(page, include="main") == []
    screenshot(page, "staff-who-saw-it")
    page.set_viewport_size({"width": 360, "height": 800})
    screenshot(page, "staff-who-saw-it-360")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{demo_site.staff}/admin/sessions/")
    assert axe_findings(page, include="main") == []
    screenshot(page, "staff-sessions")
    page.goto(f"{demo_site.staff}/admin/auth/logout/")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/logout/" not in url)
    for _step in range(5):
        page.go_back()
        page.wait_for_load_state()
        assert reference not in page.content()
        expect(page.locator("table th[scope=row]")).to_have_count(0)
    page.goto(f"{demo_site.staff}/admin/inquiries/")
    assert "/login/" in page.url
