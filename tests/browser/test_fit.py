"""Could this fit me: it runs in the browser alone and ends in questions."""

from io import BytesIO

from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import DemoSite, Opener
from tests.browser.test_every_page import axe_findings, sideways_scroll

ADDRESS = "/en/trials/NCT99900001/fit/"


def test_answers_stay_in_the_page_and_become_questions(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser(width=360)
    page.goto(demo_site.public + ADDRESS)
    page.wait_for_load_state("networkidle")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    conditions = page.locator(".fit__condition")
    assert conditions.count() >= 4
    for number in range(conditions.count()):
        conditions.nth(number).get_by_label("Not sure").check()
    questions = page.locator("[data-fit-list] li")
    assert questions.count() == conditions.count()
    assert axe_findings(page) + sideways_scroll(page) == []
    met = page.locator(".fit__condition[data-kind=inclusion]").first
    met.get_by_label("Yes").check()
    assert questions.count() == conditions.count() - 1
    barred = page.locator(".fit__condition[data-kind=exclusion]").first
    barred.get_by_label("Yes").check()
    assert questions.count() == conditions.count() - 1
    words = page.locator("main").inner_text().lower()
    assert not any(verdict in words for verdict in ("you qualify", "you are eligible", "you fit"))
    assert requests == []
    stored = page.evaluate("[localStorage.length, sessionStorage.length, document.cookie]")
    assert stored == [0, 0, ""]
    page.reload()
    assert page.locator(".fit__condition input:checked").count() == 0


def test_without_scripts_it_is_a_list_to_print(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser(java_script_enabled=False)
    page.goto(demo_site.public + ADDRESS)
    assert page.get_by_label("Not sure").count() >= 4
    assert page.get_by_text("Bring this page to your doctor").is_visible()
    assert not page.locator("[data-fit-result]").is_visible()


def test_by_keyboard__progress_is_said_and_answers_can_be_forgotten(
    demo_site: DemoSite, open_browser: Opener
) -> None:
    page = open_browser(width=360)
    page.goto(demo_site.public + ADDRESS)
    progress = page.locator("[data-fit-progress]")
    total = page.locator(".fit__condition").count()
    expect(progress).to_have_text(f"Answered: 0 of {total}")
    page.locator(".fit__condition input").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(progress).to_have_text(f"Answered: 2 of {total}")
    assert page.evaluate("document.activeElement.closest('fieldset').querySelector('legend')")
    assert axe_findings(page) + sideways_scroll(page) == []
    page.get_by_role("button", name="Forget my answers").click()
    expect(page.locator("h1")).to_be_focused()
    expect(progress).to_have_text(f"Answered: 0 of {total}")
    assert page.locator(".fit__condition input:checked").count() == 0
    assert page.get_by_text("Your answers are forgotten").is_visible()


def test_whoever_comes_back__finds_no_answers(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser()
    page.goto(demo_site.public + ADDRESS)
    page.locator(".fit__condition").first.get_by_label("Not sure").check()
    page.goto(f"{demo_site.public}/en/trials/NCT99900001/")
    page.go_back()
    expect(page.locator("[data-fit-progress]")).to_be_visible()
    assert page.locator(".fit__condition input:checked").count() == 0
    assert page.locator("[data-fit-result]").is_hidden()


def test_the_questions_alone_can_be_printed(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser()
    page.add_init_script("window.print = () => {}")
    page.goto(demo_site.public + ADDRESS)
    conditions = page.locator(".fit__condition")
    conditions.nth(0).get_by_label("Not sure").check()
    conditions.nth(1).get_by_label("Yes").check()
    page.get_by_role("button", name="Print my questions for the doctor").click()
    printed = PdfReader(BytesIO(page.pdf(format="Letter")))
    text = " ".join(printed.pages[0].extract_text().split())
    assert len(printed.pages) == 1
    asked = conditions.nth(0).locator("legend").inner_text()
    assert asked in text and "Not sure." in text
    assert conditions.nth(1).locator("legend").inner_text() not in text
    assert "NCT99900001" in text and "(415) 555-0100" in text
    # Later the whole page can be printed again.
    whole = PdfReader(BytesIO(page.pdf(format="Letter")))
    assert conditions.nth(1).locator("legend").inner_text() in " ".join(
        " ".join(sheet.extract_text() for sheet in whole.pages).split()
    )
