"""A clinician reads on a phone what an editor changed, and decides there."""

from urllib.parse import quote

from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.test_story import visit_until_it_says
from tests.browser.watch import Watch, axe_findings

TITLE = "Cancer treatment vaccines"
ADDRESS = "/en/education/treatment-vaccines/"
SENTENCE = (
    "A cancer vaccine teaches your immune system to find cancer cells. It is given as a shot."
)
WHOLE_PAGE = "Approve: I checked the whole page"
OTHER_TITLE = "Bispecific antibodies"
OTHER_ADDRESS = "/en/education/bispecific-antibodies/"
OTHER_SENTENCE = "A bispecific antibody holds on to a T cell and to a cancer cell at the same time."

RIGHT_EDGE = """Math.max(
    document.documentElement.scrollWidth,
    ...[...document.querySelectorAll("main *")].map((node) => node.getBoundingClientRect().right),
)"""


def test_review__is_read_and_decided_at_360_pixels(
    demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> None:
    watch.expected_statuses.add(422)  # changes asked for without a word
    editor = open_browser()
    submit_a_change(editor, demo_site)

    phone = open_browser(width=360, height=740)
    log_in(phone, demo_site, "reviewer@demo.example")
    phone.get_by_role("link", name=f"What changed: {TITLE}").click()
    expect(phone.get_by_role("heading", level=1)).to_have_text(f"Review: {TITLE}")
    expect(phone.locator("ins").first).to_be_visible()
    expect(phone.locator(".clinic-review__part")).to_have_count(1)
    assert phone.evaluate(RIGHT_EDGE) <= 360
    assert axe_findings(phone) == []
    screenshot(phone, "review-on-a-phone")
    phone.get_by_role("button", name="Request changes").scroll_into_view_if_needed()
    screenshot(phone, "review-on-a-phone-decision")

    phone.get_by_role("button", name="Request changes").click()
    expect(phone.get_by_role("alert")).to_contain_text("Say in the comment")
    phone.get_by_role("button", name="Approve: this change is right").click()
    expect(phone.locator(".messages")).to_contain_text("You approved")
    visit_until_it_says(phone, f"{demo_site.public}{ADDRESS}", SENTENCE)


def test_page_editor__approves_at_360_pixels_too(
    demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> None:
    watch.expected_statuses.add(400)  # the editor saves once more while a page is submitted
    submit_a_change(open_browser(), demo_site, OTHER_TITLE, OTHER_SENTENCE)
    phone = open_browser(width=360, height=740)
    log_in(phone, demo_site, "reviewer@demo.example")
    phone.get_by_role("link", name=OTHER_TITLE, exact=True).first.click()
    phone.get_by_role("button", name="More actions").click()
    phone.get_by_role("button", name=WHOLE_PAGE).click()
    phone.locator(".modal").get_by_role("button", name=WHOLE_PAGE).click()
    expect(phone.locator(".messages")).to_contain_text(OTHER_TITLE)
    visit_until_it_says(phone, f"{demo_site.public}{OTHER_ADDRESS}", OTHER_SENTENCE)


def submit_a_change(
    page: Page, site: DemoSite, title: str = TITLE, sentence: str = SENTENCE
) -> None:
    log_in(page, site, "editor@demo.example")
    page.goto(f"{site.staff}/admin/pages/search/?q={quote(title)}")
    page.get_by_role("link", name=title, exact=True).first.click()
    # The editor saves by itself; submitted at the same moment, its save would come too late.
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("textbox", name="Introduction").fill(sentence)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Submit to Clinical review").click()
    expect(page.locator(".messages")).to_contain_text("submitted")
