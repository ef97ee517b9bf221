"""The four jobs of the product, in order, as the people who do them would tell it."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.watch import Watch

# The form takes a post that comes sooner for a machine's.
READING_TIME_MS = 4_000
VISITS = 20
NAME = "Ana Story"
SENTENCE = "An oncolytic virus is changed so that it attacks cancer cells and leaves healthy ones."


def test_four_jobs__from_reading_to_an_approved_page(
    demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> None:
    watch.expected_statuses.add(422)  # the form that was sent empty
    visitor = open_browser(width=360, height=740)
    read_an_education_page(visitor, demo_site)
    receipt = find_a_trial_and_send_interest(visitor, demo_site)

    coordinator = open_browser()
    answer_the_inquiry(coordinator, demo_site, reference=receipt)
    visitor.reload()
    expect(visitor.locator("main")).to_contain_text("We tried to reach you")
    screenshot(visitor, "story-5-receipt-after-answer")

    editor = open_browser()
    change_a_page(editor, demo_site)
    visitor.goto(f"{demo_site.public}/en/education/oncolytic-viruses/")
    expect(visitor.locator("main")).not_to_contain_text(SENTENCE)
    reviewer = open_browser()
    approve_the_page(reviewer, demo_site)
    visit_until_it_says(visitor, f"{demo_site.public}/en/education/oncolytic-viruses/", SENTENCE)
    expect(visitor.locator("main")).to_contain_text("Reviewed by")
    screenshot(visitor, "story-8-approved-page")


def visit_until_it_says(page: Page, address: str, text: str) -> None:
    """Visit as a reader does: cached pages learn of a change within a second."""
    for _ in range(VISITS):
        page.goto(address)
        if text in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{address} never said: {text}")


def read_an_education_page(page: Page, site: DemoSite) -> None:
    page.goto(f"{site.public}/")
    assert page.url == f"{site.public}/en/"
    screenshot(page, "story-1-home")
    page.locator("main").get_by_role("link", name="Checkpoint inhibitors").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Checkpoint inhibitors")
    expect(page.locator("main")).to_contain_text("Sources")
    screenshot(page, "story-2-education-page")


def find_a_trial_and_send_interest(page: Page, site: DemoSite) -> str:
    """Return the reference that the receipt shows."""
    page.goto(f"{site.public}/en/trials/")
    page.get_by_role("searchbox").last.fill("melanoma")
    page.get_by_role("button", name="Find trials").click()
    page.get_by_role("link", name="Immunotherapy before surgery for melanoma").click()
    page.get_by_role("link", name="I am interested").first.click()
    form = page.locator("main form")
    page.wait_for_timeout(READING_TIME_MS)
    form.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_be_focused()
    form = page.locator("main form")
    form.get_by_label("Me", exact=True).check()
    form.get_by_label("Your name").fill(NAME)
    form.get_by_label("Email address").fill("ana.story@example.org")
    form.get_by_label("Is there anything you want to tell").fill(
        "My sister can drive me. <b>Hi</b>"
    )
    form.get_by_label("I am 18 years old or older").check()
    form.get_by_label("I agree that you contact me about this request").check()
    screenshot(page, "story-3-form")
    page.wait_for_timeout(READING_TIME_MS)
    form.get_by_role("button", name="Send").click()
    page.wait_for_url("**/inquiry/**")
    main = page.locator("main")
    expect(main).not_to_contain_text("melanoma")
    expect(main).not_to_contain_text(NAME)
    screenshot(page, "story-4-receipt")
    return page.locator(".receipt__reference").inner_text().strip()


def answer_the_inquiry(page: Page, site: DemoSite, *, reference: str) -> None:
    log_in(page, site, "coordinator@demo.example")
    page.get_by_role("link", name="Inquiries").first.click()
    page.get_by_label("Reference, full name, email or phone").fill(reference)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=reference).click()
    expect(page.locator("main")).to_contain_text(NAME)
    expect(page.locator("main")).to_contain_text("<b>Hi</b>")
    page.locator("#attempt_channel").select_option("email")
    page.locator("#attempt_outcome").select_option("sent")
    page.get_by_role("button", name="Record attempt").click()
    expect(page.locator("main")).to_contain_text("Attempting")
    expect(page.locator("main")).not_to_contain_text("None yet.")
    screenshot(page, "story-5-inquiry", full_page=False)


def change_a_page(page: Page, site: DemoSite) -> None:
    log_in(page, site, "editor@demo.example")
    page.goto(f"{site.staff}/admin/pages/search/?q=oncolytic")
    page.get_by_role("link", name="Oncolytic viruses").first.click()
    # The editor saves by itself; submitted at the same moment, its save would come too late.
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("textbox", name="Introduction").fill(SENTENCE)
    screenshot(page, "story-6-editor", full_page=False)
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Submit to Clinical review").click()
    expect(page.locator(".messages")).to_contain_text("submitted")


def approve_the_page(page: Page, site: DemoSite) -> None:
    log_in(page, site, "reviewer@demo.example")
    page.get_by_role("link", name="Oncolytic viruses").first.click()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Approve: I checked the whole page").click()
    sign = page.locator(".modal").get_by_role("button", name="Approve: I checked the whole page")
    expect(sign).to_be_visible()
    screenshot(page, "story-7-approval", full_page=False)
    sign.click()
    expect(page.locator(".messages")).to_contain_text("has been updated")
