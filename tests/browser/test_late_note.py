"""A note that a coordinator sends after the session ended, as it happens in a browser."""

from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD, DemoSite, Opener, log_in, screenshot
from tests.browser.test_every_page import axe_findings
from tests.browser.watch import Watch

TEXT = "Her sister answers; call after six."


def test_late_note__is_sent_again_after_the_login_in_another_tab(
    demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> None:
    watch.expected_statuses |= {401, 403}
    page = open_browser()
    log_in(page, demo_site, "lead@demo.example")
    page.goto(f"{demo_site.staff}/admin/inquiries/?show=all")
    page.locator("table th[scope=row] a").first.click()
    page.locator("#note_text").fill(TEXT)
    page.context.clear_cookies(name="clinic_staff")  # as the end of the session does
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You were logged out")
    expect(page.locator("main")).to_contain_text(TEXT)
    assert axe_findings(page) == []
    screenshot(page, "staff-late-note")

    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in again in another tab").click()
    other = opened.value
    other.get_by_label("Email").fill("lead@demo.example")
    other.get_by_label("Password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    other.wait_for_url(f"{demo_site.staff}/admin/")
    other.close()

    page.get_by_role("button", name="Send again").click()
    # The login made a new token: this page brings the text with that one.
    expect(page.get_by_role("heading", level=1)).to_have_text("Please send the form once more")
    page.get_by_role("button", name="Send again").click()
    page.wait_for_url("**/admin/inquiries/*/")
    expect(page.locator(".inquiry__timeline").last).to_contain_text(TEXT)
