"""A passkey is set up and opens the admin, as it happens in a browser with an authenticator."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, DemoSite, Opener, log_in
from tests.browser.test_every_page import axe_findings

AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in_authenticator(page: Page) -> None:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def test_passkey__is_added_after_the_password_and_logs_in_without_it(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser()
    plug_in_authenticator(page)
    # A login that no other test uses afterwards: it asks for the passkey from now on.
    log_in(page, demo_site, "admin@demo.example")
    page.goto(f"{demo_site.staff}/admin/auth/2fa/webauthn/add/")
    if "/reauthenticate/" in page.url:
        page.locator("input[name=password]").fill(PASSWORD)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/webauthn/add/")
    assert axe_findings(page) == []
    page.locator("main input[name=name]").fill("My laptop")
    page.locator("main input[name=passwordless]").check()
    page.locator("#mfa_webauthn_add").click()
    page.wait_for_url(lambda url: "/webauthn/add/" not in url)

    page.goto(f"{demo_site.staff}/admin/auth/logout/")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(lambda url: "/logout/" not in url)
    page.goto(f"{demo_site.staff}/admin/")
    page.locator("#passkey_login").click()
    page.wait_for_url(f"{demo_site.staff}/admin/")
    expect(page.locator("main")).to_be_visible()
