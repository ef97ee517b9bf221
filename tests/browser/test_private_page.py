"""The private page from the first form to an undone withdrawal: 360 px wide and no JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, screenshot
from tests.browser.test_every_page import sideways_scroll
from tests.browser.watch import Watch, axe_findings

# The form takes a post that comes sooner for a machine's.
READING_TIME_MS = 4_000
NOTE = "My daughter will come with me."


class Walk:
    """Looks at every page on the way: pictures, axe, one h1, no sideways scroll."""

    def __init__(self, page: Page, twin: Page) -> None:
        self.page, self.twin, self.problems = page, twin, list[str]()

    def look(self, name: str) -> None:
        """Show the same page to a browser with scripts, for axe is one."""
        screenshot(self.page, f"private-page-{name}-360")
        address, text = self.page.url.partition("#")[0], self.page.content()
        self.twin.route(address, lambda route: route.fulfill(body=text, content_type="text/html"))
        self.twin.goto(address)
        self.problems += axe_findings(self.twin) + sideways_scroll(self.twin)
        self.twin.unroute(address)
        assert self.page.locator("h1").count() == 1

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def follow(self, name: str) -> None:
        self.page.get_by_role("link", name=name).first.click()


@pytest.fixture
def walk(open_browser: Opener) -> Walk:
    small = {"width": 360, "height": 740}
    return Walk(open_browser(**small, java_script_enabled=False), open_browser(**small))


def send_form(walk: Walk, demo_site: DemoSite, message: str) -> None:
    page = walk.page
    page.goto(f"{demo_site.public}/en/trials/help/")
    page.get_by_label("Me", exact=True).check()
    page.get_by_label("Your name").fill("Ana Walk")
    page.get_by_label("Email address").fill("ana.walk@example.org")
    page.get_by_label("Is there anything you want to tell").fill(message)
    page.get_by_label("I am 18 years old or older").check()
    page.get_by_label("I agree that you contact me about this request").check()
    page.wait_for_timeout(READING_TIME_MS)
    walk.press("Send")


def test_private_page__is_walked_without_javascript(
    demo_site: DemoSite, walk: Walk, watch: Watch
) -> None:
    watch.expected_statuses |= {404, 422}
    page = walk.page
    send_form(walk, demo_site, "Since today I have chest pain.")
    expect(page.locator("h1")).to_have_text("Call now if this is happening")
    walk.look("urgent")
    walk.press("Go back and change it")
    expect(page.get_by_label("Your name")).to_have_value("Ana Walk")
    page.get_by_label("Is there anything you want to tell").fill("I have many questions.")
    walk.press("Send")
    page.wait_for_url(re.compile(r"/inquiry/[0-9a-f]{40}/"))
    walk.look("new")
    receipt = page.url

    walk.follow("Add a note")
    walk.press("Continue")
    walk.look("note-mistake")
    page.get_by_label("What do you want to tell or ask us?").fill(NOTE)
    walk.press("Continue")
    expect(page.get_by_text(NOTE)).to_be_visible()
    walk.look("note-check")
    walk.press("Send my note")
    expect(page.get_by_text(NOTE)).to_have_count(0)

    walk.follow("Change how and when we reach you")
    walk.look("wishes")
    page.get_by_label("When is a good time?").fill("After six")
    walk.press("Continue")
    walk.press("Send my wishes")

    walk.follow("Give another address or number")
    walk.look("contact")
    walk.follow("Back, without a change")

    walk.follow("Withdraw my request")
    walk.look("withdraw")
    walk.press("Yes, withdraw my request")
    expect(page.get_by_text("You can take this back until")).to_be_visible()
    walk.look("withdrawn")
    walk.follow("Do not withdraw")
    walk.look("undo")
    walk.press("Yes, take it back")
    expect(page.get_by_text("You took this back.")).to_be_visible()
    walk.follow("Erase what I sent")
    walk.look("erase")

    page.goto(re.sub("[0-9a-f]{40}", "0" * 40, receipt))
    walk.look("gone")
    page.get_by_label("Email address").fill("ana.walk@example.org")
    walk.press("Send me a new link")
    expect(page.locator("h1")).to_have_text("Look into your email")
    walk.look("link-sent")
    page.goto(f"{demo_site.public}/en/trials/help/?from=clinician")
    walk.look("clinician")
    assert walk.problems == []


def test_private_page__on_a_desk_is_clean(demo_site: DemoSite, open_browser: Opener) -> None:
    wide = Walk(open_browser(width=1280, height=900), open_browser(width=1280, height=900))
    send_form(wide, demo_site, "I have many questions.")
    expect(wide.page.locator(".receipt__reference")).to_be_visible()
    screenshot(wide.page, "private-page-receipt-1280")
    assert axe_findings(wide.page) + sideways_scroll(wide.page) == []
