"""Results change in place while a search is narrowed; without scripts the form does the same."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.browser.conftest import DemoSite, Opener
from tests.browser.test_every_page import axe_findings, sideways_scroll
from tests.browser.watch import Watch

SEARCH = "/en/trials/"
# What a filter with many choices is folded into.
LONG_FILTER = r'<details class="filter-group"[^>]*><summary>.*?</summary>'
# What the page's one live region says, in order.
LISTEN = """() => {
    window.said = [];
    const status = document.querySelector("[data-live-status]");
    new MutationObserver(() => status.textContent && window.said.push(status.textContent))
        .observe(status, {childList: true, characterData: true, subtree: true});
}"""


def open_search(page: Page, site: DemoSite, query: str = "") -> None:
    page.goto(site.public + SEARCH + query)
    page.wait_for_load_state("networkidle")
    page.evaluate("document.querySelector('.filters').open = true")
    page.evaluate("window.isSamePage = true")
    page.evaluate(LISTEN)


def heading(page: Page) -> str:
    return page.locator("#results").inner_text()


def listen(page: Page) -> list[str]:
    """Return the addresses of the search that are asked for from now on, as they come."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path == SEARCH:
            asked.append(request.url)

    page.on("request", note)
    return asked


def is_same_page(page: Page) -> bool:
    return bool(page.evaluate("window.isSamePage === true"))


def test_a_filter_by_keyboard__keeps_focus_scroll_and_says_the_count_once(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser(width=360)
    open_search(page, demo_site)
    before = heading(page)
    box = page.locator("input[name=phase][value=phase2]")
    box.focus()
    place = box.bounding_box()
    page.keyboard.press("Space")
    expect(page.locator("#results")).not_to_have_text(before)
    expect(page).to_have_url(re.compile(r"\?phase=phase2$"))
    assert is_same_page(page)
    expect(box).to_be_focused()
    expect(box).to_be_checked()
    # Filters above may have grown or shrunk: what counts is that the box stays under the eye.
    assert place and abs(box.bounding_box()["y"] - place["y"]) < 2
    assert page.evaluate("said") == [heading(page)]
    assert page.locator("[data-live-results]").get_attribute("aria-busy") is None
    assert axe_findings(page) + sideways_scroll(page) == []


def test_counts_follow__and_open_parts_stay_open(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser()
    open_search(page, demo_site)
    page.locator("input[name=phase][value=phase2]").check()
    expect(page).to_have_url(re.compile("phase=phase2"))
    in_place = page.locator(".filters").inner_text()
    assert page.locator(".filters").get_attribute("open") is not None
    page.reload()
    assert page.locator(".filters").inner_text() == in_place


def test_going_back_and_on__restores_results_and_controls(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser()
    open_search(page, demo_site)
    results = page.locator("#results")
    everything = heading(page)
    page.locator("input[name=phase][value=phase2]").check()
    expect(results).not_to_have_text(everything)
    recruiting = heading(page)
    page.locator("input[name=place][value=ours]").check()
    expect(results).not_to_have_text(recruiting)
    page.go_back()
    expect(results).to_have_text(recruiting)
    expect(page.locator("input[name=place]")).not_to_be_checked()
    page.go_back()
    expect(results).to_have_text(everything)
    expect(page.locator("input[name=phase]:checked")).to_have_count(0)
    page.go_forward()
    expect(results).to_have_text(recruiting)
    expect(page.locator("input[name=phase][value=phase2]")).to_be_checked()
    assert is_same_page(page)


def test_typing_an_age__waits_for_a_pause_and_is_one_step_back(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser()
    open_search(page, demo_site)
    asked = listen(page)
    page.locator("#filter-age").focus()
    page.keyboard.type("16", delay=20)
    expect(page).to_have_url(re.compile(r"\?age=16$"))
    expect(page.locator("#filter-age")).to_be_focused()
    assert asked == [f"{demo_site.public}{SEARCH}?age=16"]
    page.keyboard.press("Backspace")
    page.keyboard.type("7", delay=20)
    expect(page).to_have_url(re.compile(r"\?age=17$"))
    assert page.locator("#filter-age").input_value() == "17"
    page.go_back()
    expect(page).to_have_url(demo_site.public + SEARCH)
    expect(page.locator("#filter-age")).to_have_value("")
    assert is_same_page(page)


def test_words_are_searched_when_they_are_sent__not_on_every_key(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser()
    open_search(page, demo_site)
    asked = listen(page)
    words = page.locator("#q-trials")
    words.focus()
    page.keyboard.type("melanoma", delay=20)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?q=melanoma$"))
    expect(words).to_be_focused()
    assert asked == [f"{demo_site.public}{SEARCH}?q=melanoma"]
    # What depends on the words elsewhere in the form and around it comes along.
    assert page.locator("#sort option").first.inner_text() == "Best match"
    for link in page.locator("a[hreflang=es]").all():
        assert "q=melanoma" in (link.get_attribute("href") or "")


def test_the_button_below_the_filters__leads_to_the_results(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser(width=360)
    open_search(page, demo_site)
    page.locator(".filters button[type=submit]").click()
    expect(page.locator("#results")).to_be_focused()
    assert page.evaluate("said") == []


def test_taking_a_filter_away__is_in_place_too(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser()
    open_search(page, demo_site, "?phase=phase2&age=40")
    page.get_by_role("link", name="Age 40").click()
    expect(page.locator("#results")).to_be_focused()
    expect(page.locator("#filter-age")).to_have_value("")
    expect(page.locator("input[name=phase][value=phase2]")).to_be_checked()
    assert is_same_page(page)


@pytest.mark.parametrize("fault", ["500", "other", "cut"])
def test_an_odd_answer__ends_in_an_ordinary_page_load(
    demo_site: DemoSite, open_browser: Opener, watch: Watch, fault: str
) -> None:
    watch.expected_statuses |= {500}
    page = open_browser()

    def answer(route: Route) -> None:
        if route.request.is_navigation_request():
            route.continue_()
        else:
            route.fulfill(
                status=500 if fault == "500" else 200, body="<p>", content_type="text/html"
            )

    open_search(page, demo_site)
    page.route("**/trials/?*", answer)
    if fault == "cut":
        page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('cut')); }")
    page.locator("input[name=phase][value=phase2]").check()
    page.wait_for_url("**/trials/?phase=phase2")
    page.wait_for_function("window.isSamePage !== true")
    assert page.locator("input[name=phase][value=phase2]").is_checked()


def test_a_later_choice__overtakes_an_earlier_one(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser()
    open_search(page, demo_site)
    held: list[Route] = []

    def answer(route: Route) -> None:
        held.append(route) if not held else route.continue_()

    page.route("**/trials/?*", answer)
    page.locator("input[name=phase][value=phase2]").check()
    page.locator("input[name=place][value=ours]").check()
    expect(page).to_have_url(re.compile("place=ours"))
    assert "phase=phase2" in page.url
    assert len(page.evaluate("said")) == 1
    assert is_same_page(page)


def test_focus_stays__however_the_filters_move(demo_site: DemoSite, open_browser: Opener) -> None:
    """New, vanished and reordered filters, and an open part among them, around the focus."""
    page = open_browser()
    open_search(page, demo_site)
    fold = '<details><summary>More ({})</summary><label><input type="checkbox" name="{}"></label>'
    page.evaluate(
        """(fold) => document.querySelector(".filters fieldset").insertAdjacentHTML(
            "beforeend", fold)""",
        fold.format(3, "made-up") + "</details>",
    )
    page.evaluate("document.querySelector('.filters details').open = true")

    def answer(route: Route) -> None:
        body = re.sub(LONG_FILTER, "", route.fetch().text())
        body = re.sub(r"</fieldset>\s*</details>", "</fieldset>", body)
        body = body.replace("</fieldset>", fold.format(1, "other") + "</details></fieldset>", 1)
        start, end = body.index("<fieldset"), body.rindex("</fieldset>") + len("</fieldset>")
        fieldsets = body[start:end].split("<fieldset")[1:]
        moved = "".join(f"<fieldset{part}" for part in [*fieldsets[::-1]])
        route.fulfill(body=body[:start] + moved + body[end:], content_type="text/html")

    page.route("**/trials/?*", answer)
    box = page.locator("input[name=phase][value=phase2]")
    box.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile("phase=phase2"))
    expect(box).to_be_focused()
    names = page.locator(".filters fieldset > legend").all_inner_texts()
    assert names == sorted(set(names), key=names.index)
    assert names[-1] == "Place"
    inner = page.locator(".filters details")
    assert inner.count() == 1
    assert inner.locator("summary").inner_text() == "More (1)"
    assert inner.get_attribute("open") is not None


def test_without_scripts__the_form_does_the_same(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser(width=360, java_script_enabled=False)
    page.goto(demo_site.public + SEARCH)
    page.locator(".filters > summary").click()
    page.locator("input[name=phase][value=phase2]").check()
    page.locator(".filters button[type=submit]").click()
    assert "phase=phase2" in page.url
    assert page.locator("input[name=phase][value=phase2]").is_checked()
    assert page.locator("[data-keep]").first.is_hidden()
