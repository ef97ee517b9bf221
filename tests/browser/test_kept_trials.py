"""The trials that somebody keeps: in their browser alone, until they compare or forget them."""

import re
from io import BytesIO

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import DemoSite, Opener
from tests.browser.test_every_page import axe_findings, sideways_scroll

LIST = "/en/trials/list/"
BLOCKED = "Object.defineProperty(window, 'localStorage', {get() { throw new Error('blocked'); }})"
FULL = "Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); }"
STORED = "JSON.parse(localStorage.getItem('kept-trials'))"


def keep(page: Page, site: DemoSite, count: int) -> list[str]:
    """Keep the first trials of the search and return their ids."""
    page.goto(f"{site.public}/en/trials/?place=ours&sort=title")
    buttons = page.get_by_role("button", name="Keep in my list")
    for number in range(count):
        buttons.nth(number).click()
        expect(buttons.nth(number)).to_have_attribute("aria-pressed", "true")
    cards = page.locator("[data-trial]").all()
    return [card.get_attribute("data-trial") or "" for card in cards][:count]


def test_keep_look_compare_forget(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser(width=360)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    ids = keep(page, demo_site, 5)
    assert axe_findings(page) + sideways_scroll(page) == []
    button = page.get_by_role("button", name="Keep in my list").first
    box = button.bounding_box()
    assert box is not None and box["height"] >= 44
    assert not [url for url in sent if "NCT" in url], "keeping a trial was told to somebody"

    page.get_by_role("link", name="My list (5)").click()
    page.wait_for_url("**" + LIST)
    expect(page.locator(".kept__entry")).to_have_count(5)
    assert page.locator(".kept__entry").first.inner_text().count("Open at our clinic") == 1
    boxes = page.locator(".kept__entry input")
    for number in range(4):
        boxes.nth(number).check()
    expect(boxes.nth(4)).to_be_disabled()
    expect(page.get_by_role("status")).to_contain_text("4 trials are the most")
    assert axe_findings(page) + sideways_scroll(page) == []
    page.get_by_role("button", name=re.compile("^Take away")).nth(4).click()
    expect(page.locator(".kept__entry")).to_have_count(4)
    expect(page.get_by_role("button", name=re.compile("^Take away")).nth(3)).to_be_focused()
    assert not [url for url in sent if "NCT" in url], "looking at the list was told to somebody"

    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_url("**/trials/compare/?*")
    assert re.findall(r"NCT\d+", page.url) == ids[:4]
    expect(page.get_by_role("columnheader")).to_have_count(4)
    assert axe_findings(page) + sideways_scroll(page) == []

    page.get_by_role("link", name="My list (4)").click()
    page.get_by_role("button", name="Forget my list").click()
    expect(page.get_by_role("button", name="No, keep my list")).to_be_focused()
    assert axe_findings(page) == []
    page.get_by_role("button", name="No, keep my list").click()
    assert len(page.evaluate(STORED)) == 4
    page.get_by_role("button", name="Forget my list").click()
    page.get_by_role("button", name="Yes, forget it").click()
    expect(page.get_by_role("status")).to_contain_text("Your list is forgotten")
    expect(page.locator("h1")).to_be_focused()
    assert page.evaluate("[localStorage.length, sessionStorage.length]") == [0, 0]
    assert page.get_by_text("Your list is empty").is_visible()
    assert axe_findings(page) + sideways_scroll(page) == []


def test_the_page_of_a_trial__by_keyboard_and_in_two_windows(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser()
    page.goto(f"{demo_site.public}/en/trials/NCT99900001/")
    other = page.context.new_page()
    other.goto(demo_site.public + LIST)
    button = page.get_by_role("button", name="Keep in my list")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_be_focused()
    expect(other.locator(".kept__entry")).to_have_count(1)
    title = page.locator("h1").inner_text()
    assert other.locator(".kept__title").inner_text() == title
    page.keyboard.press("Space")
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(other.locator(".kept__entry")).to_have_count(0)
    assert page.evaluate("localStorage.length") == 0


def test_new_results_can_be_kept_too(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser()
    ids = keep(page, demo_site, 1)
    page.locator("input[name=status][value=recruiting]").check()
    expect(page).to_have_url(re.compile("status=recruiting"))
    kept = page.locator(f"[data-trial={ids[0]}] [data-keep] button")
    expect(kept).to_have_attribute("aria-pressed", "true")
    kept.click()
    expect(kept).to_have_attribute("aria-pressed", "false")


def test_where_storage_is_blocked__nothing_breaks_and_the_page_says_what_helps(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser(width=360)
    page.add_init_script(BLOCKED)
    page.goto(f"{demo_site.public}/en/trials/")
    page.wait_for_load_state("networkidle")
    assert page.locator("[data-keep] button").count() == 0
    page.goto(demo_site.public + LIST)
    assert page.get_by_text("save it as a bookmark").is_visible()
    assert page.locator("[data-kept-form]").is_hidden()
    assert axe_findings(page) + sideways_scroll(page) == []


def test_a_full_storage__is_said(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser()
    page.add_init_script(FULL)
    page.goto(f"{demo_site.public}/en/trials/NCT99900001/")
    button = page.get_by_role("button", name="Keep in my list")
    button.click()
    expect(page.locator("[data-kept-said]")).to_contain_text("could not keep")
    expect(button).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize(
    "found",
    ["", "{", "null", "7", '"x"', '{"a": 1}', '[null, 1, {"id": "x"}, {"id": "NCT1", "title": 2}]'],
)
def test_what_something_else_left_in_the_storage__is_an_empty_list(
    demo_site: DemoSite, open_browser: Opener, found: str
) -> None:
    page = open_browser()
    page.goto(demo_site.public + LIST)
    page.evaluate("found => localStorage.setItem('kept-trials', found)", found)
    page.reload()
    expect(page.get_by_text("Your list is empty")).to_be_visible()


def test_markup_in_a_kept_title__is_only_text(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(demo_site.public + LIST)
    title = "<img src=x onerror=alert(1)>"
    page.evaluate(
        """title => localStorage.setItem("kept-trials",
            JSON.stringify([{id: "NCT99900001", title, day: "never"}]))""",
        title,
    )
    page.reload()
    expect(page.locator(".kept__title")).to_have_text(title)
    assert page.locator(".kept__entry img").count() == 0


def test_without_scripts__the_page_says_what_helps(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser(width=360, java_script_enabled=False)
    page.goto(demo_site.public + LIST)
    assert page.get_by_text("Write down its NCT number").is_visible()
    page.get_by_role("link", name="Compare trials by their numbers").click()
    page.get_by_label("Or its NCT number").fill("NCT99900001, NCT99900002")
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_role("columnheader")).to_have_count(2)


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_four_trials_side_by_side__fit_on_one_sheet(
    demo_site: DemoSite, open_browser: Opener, language: str, paper: str
) -> None:
    page = open_browser()
    ids = [f"NCT9990000{number}" for number in range(1, 5)]
    query = "&".join(f"id={nct_id}" for nct_id in ids)
    page.goto(f"{demo_site.public}/{language}/trials/compare/?{query}")
    printed = PdfReader(BytesIO(page.pdf(format=paper)))
    assert len(printed.pages) == 1
    assert all(nct_id in printed.pages[0].extract_text() for nct_id in ids)
