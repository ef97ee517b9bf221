"""The record of a page's sources, walked by a reviewer on a phone."""

from playwright.sync_api import expect

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.test_every_page import axe_findings, sideways_scroll
from tests.browser.watch import Watch

PAGE_ID = (
    "from education.models import EducationPage as P;"
    "print(P.objects.get(slug='lung-cancer', locale__language_code='en').pk)"
)


def test_reviewer__records_a_look_at_360_pixels(
    demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> None:
    watch.expected_statuses |= {422}
    number = demo_site.manage("shell", "-v", "0", "-c", PAGE_ID).strip().splitlines()[-1]
    page = open_browser(width=360)
    log_in(page, demo_site, "reviewer@demo.example")
    page.goto(f"{demo_site.staff}/admin/pages/{number}/sources/")
    first = page.locator(".clinic-source").first
    first.locator("select").select_option("changed")
    first.locator("button").click()
    page.get_by_text("Say what is to be done.").wait_for()
    problems = axe_findings(page, include="main") + sideways_scroll(page)
    first = page.locator(".clinic-source").first
    assert first.locator("select").input_value() == "changed"
    first.locator("input[name=note]").fill("A newer label: look at the dose")
    first.locator("button").click()
    page.get_by_text("1 source to follow up").wait_for()
    problems += axe_findings(page, include="main") + sideways_scroll(page)
    screenshot(page, "sources-360")
    page.locator("button[name=all]").click()
    # The table stands there before and after: what changes is the state of the first source.
    note = "A newer label: look at the dose"
    expect(page.locator(".clinic-source").first).not_to_contain_text(note)
    expect(page.locator("main table.listing")).to_contain_text(note)
    assert problems == []
