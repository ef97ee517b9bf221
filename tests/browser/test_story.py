"""The four jobs of the product, in order, as the people who do them would tell it."""

from dataclasses import dataclass
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import DemoSite, Opener, log_in, screenshot
from tests.browser.watch import Watch

# The form takes a post that comes sooner for a machine's.
READING_TIME_MS = 4_000
VISITS = 20
NAME = "Ana Story"


@dataclass(frozen=True)
class Words:
    """What the site and its staff screens say in one language, as far as the story reads it."""

    code: str
    to_read: str
    to_change: str
    address_of_it: str
    sentence: str
    sources: str
    find_trials: str
    trial: str
    interested: str
    send: str
    me: str
    your_name: str
    email: str
    tell_us: str
    adult: str
    agree: str
    tried: str
    inquiries: str
    search_label: str
    search: str
    record: str
    attempting: str
    none_yet: str
    introduction: str
    more_actions: str
    submit: str
    submitted: str
    approve: str
    updated: str
    reviewed_by: str

    @property
    def needs_translator(self) -> bool:
        return self.code != "en"


ENGLISH = Words(
    code="en",
    to_read="Checkpoint inhibitors",
    to_change="Oncolytic viruses",
    address_of_it="oncolytic-viruses",
    sentence="An oncolytic virus is changed so that it attacks cancer cells and no healthy ones.",
    sources="Sources",
    find_trials="Find trials",
    trial="Immunotherapy before surgery for melanoma",
    interested="I am interested",
    send="Send",
    me="Me",
    your_name="Your name",
    email="Email address",
    tell_us="Is there anything you want to tell",
    adult="I am 18 years old or older",
    agree="I agree that you contact me about this request",
    tried="We tried to reach you",
    inquiries="Inquiries",
    search_label="Reference, full name, email or phone",
    search="Search",
    record="Record attempt",
    attempting="Attempting",
    none_yet="None yet.",
    introduction="Introduction",
    more_actions="More actions",
    submit="Submit to Clinical review",
    submitted="submitted",
    approve="Approve: I checked the whole page",
    updated="has been updated",
    reviewed_by="Reviewed by",
)


SPANISH = Words(
    code="es",
    to_read="Inhibidores de puntos de control",
    to_change="Anticuerpos monoclonales",
    address_of_it="monoclonal-antibodies",
    sentence="Un anticuerpo se pega a una sola señal. Así encuentra las células del cáncer.",
    sources="Fuentes",
    find_trials="Buscar ensayos",
    trial="Inmunoterapia antes de operar un melanoma",
    interested="Me interesa",
    send="Enviar",
    me="Para mí",
    your_name="Su nombre",
    email="Correo electrónico",
    tell_us="¿Hay algo que quiera decirnos o preguntarnos?",
    adult="Tengo 18 años o más",
    agree="Estoy de acuerdo en que se comuniquen conmigo sobre esta solicitud",
    tried="Tratamos de comunicarnos con usted",
    inquiries="Consultas",
    search_label="Referencia, nombre completo, correo o teléfono",
    search="Buscar",
    record="Anotar intento",
    attempting="En intento",
    none_yet="Todavía ninguno.",
    introduction="Introducción",
    more_actions="Más acciones",
    submit="Enviar a Clinical review",
    submitted="enviada",
    approve="Aprobar: revisé la página entera",
    updated="ha sido actualizada",
    reviewed_by="Revisado por",
)


@pytest.mark.parametrize("words", [ENGLISH, SPANISH], ids=lambda words: words.code)
def test_four_jobs__from_reading_to_an_approved_page(
    demo_site: DemoSite, open_browser: Opener, watch: Watch, words: Words
) -> None:
    # The form that was sent empty; and Wagtail's editor, which saves by itself once more while a
    # page is being submitted, and is told that it comes too late.
    watch.expected_statuses |= {422, 400}
    speaks = {"locale": f"{words.code}-US"}
    visitor = open_browser(width=360, height=740, **speaks)
    read_an_education_page(visitor, demo_site, words)
    receipt = find_a_trial_and_send_interest(visitor, demo_site, words)

    coordinator = open_browser(**speaks)
    answer_the_inquiry(coordinator, demo_site, words, reference=receipt)
    visitor.reload()
    expect(visitor.locator("main")).to_contain_text(words.tried)
    picture(visitor, words, "5-receipt-after-answer")

    address = f"{demo_site.public}/{words.code}/education/{words.address_of_it}/"
    editor = open_browser(**speaks)
    change_a_page(editor, demo_site, words)
    visitor.goto(address)
    expect(visitor.locator("main")).not_to_contain_text(words.sentence)
    if words.needs_translator:
        sign_the_translation(open_browser(**speaks), demo_site, words)
    approve_the_page(open_browser(**speaks), demo_site, words)
    visit_until_it_says(visitor, address, words.sentence)
    expect(visitor.locator("main")).to_contain_text(words.reviewed_by)
    picture(visitor, words, "8-approved-page")


def picture(page: Page, words: Words, name: str, *, full_page: bool = True) -> None:
    """Leave a picture named after the language and the step of the story."""
    screenshot(page, f"story-{words.code}-{name}", full_page=full_page)


def visit_until_it_says(page: Page, address: str, text: str) -> None:
    """Visit as a reader does: cached pages learn of a change within a second."""
    for _ in range(VISITS):
        page.goto(address)
        if text in page.locator("main").inner_text():
            return
        page.wait_for_timeout(500)
    raise AssertionError(f"{address} never said: {text}")


def read_an_education_page(page: Page, site: DemoSite, words: Words) -> None:
    page.goto(f"{site.public}/")
    assert page.url == f"{site.public}/{words.code}/"
    picture(page, words, "1-home")
    page.locator("main").get_by_role("link", name=words.to_read).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(words.to_read)
    expect(page.locator("main")).to_contain_text(words.sources)
    picture(page, words, "2-education-page")


def find_a_trial_and_send_interest(page: Page, site: DemoSite, words: Words) -> str:
    """Return the reference that the receipt shows."""
    page.goto(f"{site.public}/{words.code}/trials/")
    page.get_by_role("searchbox").last.fill("melanoma")
    page.get_by_role("button", name=words.find_trials).click()
    page.get_by_role("link", name=words.trial).click()
    page.get_by_role("link", name=words.interested).first.click()
    form = page.locator("main form")
    page.wait_for_timeout(READING_TIME_MS)
    form.get_by_role("button", name=words.send, exact=True).click()
    expect(page.get_by_role("alert")).to_be_focused()
    form = page.locator("main form")
    form.get_by_label(words.me, exact=True).check()
    form.get_by_label(words.your_name).fill(NAME)
    form.get_by_role("textbox", name=words.email).fill("ana.story@example.org")
    form.get_by_label(words.tell_us).fill("My sister can drive me. <b>Hi</b>")
    form.get_by_label(words.adult).check()
    form.get_by_label(words.agree).check()
    picture(page, words, "3-form")
    page.wait_for_timeout(READING_TIME_MS)
    form.get_by_role("button", name=words.send, exact=True).click()
    page.wait_for_url("**/inquiry/**")
    main = page.locator("main")
    expect(main).not_to_contain_text("melanoma")
    expect(main).not_to_contain_text(NAME)
    picture(page, words, "4-receipt")
    return page.locator(".receipt__reference").inner_text().strip()


def answer_the_inquiry(page: Page, site: DemoSite, words: Words, *, reference: str) -> None:
    log_in(page, site, "coordinator@demo.example")
    page.get_by_role("link", name=words.inquiries).first.click()
    page.get_by_label(words.search_label).fill(reference)
    page.get_by_role("button", name=words.search, exact=True).click()
    page.get_by_role("link", name=reference).click()
    expect(page.locator("main")).to_contain_text(NAME)
    expect(page.locator("main")).to_contain_text("<b>Hi</b>")
    page.locator("#attempt_channel").select_option("email")
    page.locator("#attempt_outcome").select_option("sent")
    page.get_by_role("button", name=words.record).click()
    expect(page.locator("main")).to_contain_text(words.attempting)
    expect(page.locator("main")).not_to_contain_text(words.none_yet)
    picture(page, words, "5-inquiry", full_page=False)


def change_a_page(page: Page, site: DemoSite, words: Words) -> None:
    log_in(page, site, "editor@demo.example")
    page.goto(f"{site.staff}/admin/pages/search/?q={quote(words.to_change)}")
    page.get_by_role("link", name=words.to_change).first.click()
    # The editor saves by itself; submitted at the same moment, its save would come too late.
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.get_by_role("textbox", name=words.introduction).fill(words.sentence)
    picture(page, words, "6-editor", full_page=False)
    page.get_by_role("button", name=words.more_actions).click()
    page.get_by_role("button", name=words.submit).click()
    expect(page.locator(".messages")).to_contain_text(words.submitted)


def sign_the_translation(page: Page, site: DemoSite, words: Words) -> None:
    log_in(page, site, "translator@demo.example")
    page.goto(f"{site.staff}/admin/pages/search/?q={quote(words.to_change)}")
    page.get_by_role("link", name=words.to_change).first.click()
    # A click hits the middle of a link, which lies between its lines when it is broken in two.
    way = page.locator("a[href*='/translations/']:not([href*=reports])").first
    page.goto(f"{site.staff}{way.get_attribute('href')}")
    picture(page, words, "7-translation", full_page=False)
    page.locator("form:has(input[name=action][value=sign]) button").click()
    expect(page.locator("input[name=action][value=sign]")).to_have_count(0)


def approve_the_page(page: Page, site: DemoSite, words: Words) -> None:
    log_in(page, site, "reviewer@demo.example")
    page.get_by_role("link", name=words.to_change).first.click()
    page.get_by_role("button", name=words.more_actions).click()
    page.get_by_role("button", name=words.approve).click()
    sign = page.locator(".modal").get_by_role("button", name=words.approve)
    expect(sign).to_be_visible()
    picture(page, words, "7-approval", full_page=False)
    sign.click()
    expect(page.locator(".messages")).to_contain_text(words.updated)
