"""Could this fit me: it runs in the browser alone and ends in questions."""

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
