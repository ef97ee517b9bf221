"""“Was this page helpful?” in a real browser: by key, without JavaScript, at 360 pixels."""

import pytest

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.test_every_page import axe_findings, sideways_scroll
from tests.browser.watch import Watch

PAGES = {"en": "/en/education/wallet-card/", "es": "/es/education/wallet-card/"}


@pytest.mark.parametrize("language", PAGES)
def test_answer_and_comment__reach_the_editors(
    demo_site: DemoSite, open_browser: Opener, watch: Watch, language: str
) -> None:
    watch.expected_statuses |= {422}
    page = open_browser(width=360, java_script_enabled=False)
    page.goto(demo_site.public + PAGES[language])
    page.locator(".feedback button[value=no]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo_site.public}/{language}/feedback/*/no/")
    page.locator("textarea").fill("206 555 0142: the card is too small")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector(".error-summary")
    assert page.locator("textarea").input_value() == "206 555 0142: the card is too small"
    page.locator("textarea").fill(f"The card is too small ({language})")
    page.locator("main form button[type=submit]").click()
    page.wait_for_url(f"{demo_site.public}/{language}/feedback/*/thanks/")
    editor = open_browser()
    log_in(editor, demo_site, "editor@demo.example")
    editor.goto(f"{demo_site.staff}/admin/reports/feedback/")
    title = page.locator("main p a").last.inner_text()
    row = editor.locator("tr", has_text=title.split("“")[-1].rstrip("”»").split("«")[-1])
    row.locator("a").first.click()
    editor.get_by_text(f"The card is too small ({language})").wait_for()
    assert axe_findings(editor, include="main") == []
    screenshot(editor, f"feedback-comments-{language}")


@pytest.mark.parametrize("width", [320, 1280])
def test_states__are_clean(
    demo_site: DemoSite, open_browser: Opener, watch: Watch, width: int
) -> None:
    watch.expected_statuses |= {422}
    page = open_browser(width=width)
    problems = []
    for language, address in PAGES.items():
        page.goto(demo_site.public + address)
        page.locator(".feedback").scroll_into_view_if_needed()
        page.locator(".feedback").screenshot(path=f"screenshots/feedback-{language}-{width}.png")
        page.locator(".feedback button[value=yes]").click()
        page.wait_for_url("**/yes/")
        problems += axe_findings(page) + sideways_scroll(page)
        screenshot(page, f"feedback-thanks-{language}-{width}")
        page.locator("textarea").fill("My name is Ana")
        page.locator("main form button[type=submit]").click()
        page.wait_for_selector(".error-summary")
        problems += axe_findings(page) + sideways_scroll(page)
        screenshot(page, f"feedback-refused-{language}-{width}")
        page.locator("textarea").fill("")
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/thanks/")
        problems += axe_findings(page) + sideways_scroll(page)
    assert problems == []
