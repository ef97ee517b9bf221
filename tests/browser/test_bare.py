"""Where neither style sheets nor scripts arrive, everything can still be read and sent."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DemoSite, Opener
from tests.browser.watch import Watch, axe_findings

# What only eyes can tell apart is lost with the style sheet, not what is there.
PAGES = ["/en/", "/en/trials/?q=melanoma", "/en/trials/NCT99900001/", "/es/trials/help/"]

STYLED = """[...document.styleSheets].filter(sheet => {
    try { return sheet.cssRules.length } catch { return false }
}).length"""


@pytest.fixture
def bare(demo_site: DemoSite, open_browser: Opener, watch: Watch) -> Page:
    """A page for which every style sheet, script, font and picture fails to arrive."""
    page = open_browser(width=360, java_script_enabled=True)
    # What the browser says about each of them.
    watch.expected_messages |= {"net::ERR_FAILED", "load preload assets"}
    page.route("**/static/**", lambda route: route.abort())
    return page


@pytest.mark.parametrize("address", PAGES)
def test_page_is_whole_and_in_order(demo_site: DemoSite, bare: Page, address: str) -> None:
    bare.goto(demo_site.public + address)
    assert bare.evaluate(STYLED) == 0
    assert bare.locator("main h1").count() == 1
    assert bare.get_by_text("911").first.is_visible()
    tops = bare.locator("main h1, main h2").evaluate_all(
        "nodes => nodes.filter(one => one.offsetParent).map(one => one.getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)
    # The size of plain links is the browser's own, which WCAG 2.5.8 leaves out.
    assert [found for found in axe_findings(bare) if "target-size" not in found] == []


def test_form_is_sent_and_its_mistakes_are_said(
    demo_site: DemoSite, bare: Page, watch: Watch
) -> None:
    watch.expected_statuses |= {422}
    bare.goto(f"{demo_site.public}/en/trials/help/")
    bare.get_by_label("Your name").fill("Ana Example")
    bare.get_by_role("button", name="Send").click()
    assert bare.get_by_role("alert").is_visible()
    assert bare.get_by_label("Your name").input_value() == "Ana Example"
    bare.get_by_label("Me", exact=True).check()
    bare.get_by_label("Email address").fill("ana@example.org")
    bare.get_by_label("I am 18 years old or older").check()
    bare.get_by_label("I agree that you contact me about this request").check()
    bare.get_by_role("button", name="Send").click()
    bare.wait_for_url("**/en/inquiry/*/")
    assert bare.locator("main h1").count() == 1
