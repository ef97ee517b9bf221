"""The form without a mouse, and the pages at twice their size."""

import re

import pytest
from playwright.sync_api import JSHandle, Page, expect

from tests.browser.conftest import DemoSite, Opener
from tests.browser.test_every_page import sideways_scroll
from tests.browser.test_private_page import READING_TIME_MS
from tests.browser.watch import Watch, axe_findings

FORM = "/en/trials/help/"
MOST_STOPS = 120
DRAWN = """(one) => {
    const style = getComputedStyle(one);
    return ["outline", "boxShadow", "border"].map((name) => style[name]).join(" / ");
}"""
# On the screen, and under nothing else.
IS_IN_VIEW = """(one) => {
    const box = one.getClientRects()[0];
    return one.contains(
        document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2));
}"""
# Radio buttons are one stop together: the first when coming from above, the last from below.
NAME = """(one) => {
    const first = one.type === "radio" ? document.getElementsByName(one.name)[0] : one;
    const place = [...document.querySelectorAll("*")].indexOf(first);
    return `${place} ${one.name || one.textContent.trim() || one.href}`;
}"""
STOPS = f"""() => [...new Set(
    [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
        .filter((one) => one.tabIndex >= 0 && one.checkVisibility() && one.type !== "hidden")
        .map({NAME}))]"""
# Words that stick out of a box that shows nothing outside itself; what scrolls shows everything.
CUT_OFF = """() => {
    const cut = new Set();
    const hidden = (overflow) => ["hidden", "clip"].includes(overflow);
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const text = texts.currentNode, range = document.createRange();
        const parent = text.parentElement;
        if (!text.data.trim() || parent.closest(".visually-hidden, .form__trap")) continue;
        range.selectNodeContents(text);
        const rects = [...range.getClientRects()];
        for (let box = parent; box !== document.body; box = box.parentElement) {
            const style = getComputedStyle(box), frame = box.getBoundingClientRect();
            if ([style.overflowX, style.overflowY].some((one) => /auto|scroll/.test(one))) break;
            // Made for screen readers: the heads of a table whose cells name themselves.
            if (frame.width <= 1 && frame.height <= 1) break;
            if (rects.some((rect) =>
                hidden(style.overflowX)
                    && (rect.left < frame.left - 1 || rect.right > frame.right + 1)
                || hidden(style.overflowY)
                    && (rect.top < frame.top - 1 || rect.bottom > frame.bottom + 1))) {
                cut.add(`${box.tagName}.${box.className}: ${text.data.trim()}`);
            }
        }
    }
    return [...cut];
}"""


class Keyboard:
    """Goes from stop to stop; each one must be seen to be the one in focus."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.here: JSHandle | None = None
        self.drawn = ""

    def step(self, key: str = "Tab") -> str:
        """Return the name of the next stop, or nothing at the end of the page."""
        self.page.keyboard.press(key)
        return self.arrive()

    def arrive(self) -> str:
        """Look at the stop that has the focus now, and back at the one before."""
        self._look_back()
        self.here = self.page.evaluate_handle("document.activeElement")
        if self.here.evaluate("one => one === document.body"):
            self.here = None
            return ""
        name = str(self.here.evaluate(NAME))
        assert self.here.evaluate(IS_IN_VIEW), f"not in view: {name}"
        self.drawn = self.here.evaluate(DRAWN)
        return name

    def _look_back(self) -> None:
        """Compare how the last stop looks now with how it looked in focus."""
        if self.here is not None:
            name = self.here.evaluate(NAME)
            assert self.here.evaluate("one => one !== document.activeElement"), f"a trap: {name}"
            assert self.here.evaluate(DRAWN) != self.drawn, f"looks the same in focus: {name}"

    def go_to(self, name: str) -> None:
        """Go on within the content as far as the named field, link or button."""
        for _stop in range(MOST_STOPS):
            stop = self.step()
            assert self.page.evaluate("document.activeElement.closest('main') !== null"), stop
            if stop.partition(" ")[2] == name:
                return
        raise AssertionError(f"the keyboard never came to {name}")

    def whole_page(self, key: str = "Tab") -> list[str]:
        """Return every stop, once around."""
        stops: list[str] = []
        while (stop := self.step(key)) and stop not in stops[:1]:
            assert stop not in stops, f"a trap: {stop}"
            stops.append(stop)
        return stops


@pytest.fixture
def keyboard(demo_site: DemoSite, open_browser: Opener) -> Keyboard:
    page = open_browser()
    page.goto(demo_site.public + FORM)
    return Keyboard(page)


def skip_to_the_content(keyboard: Keyboard) -> None:
    page = keyboard.page
    keyboard.step()
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def fill_in(keyboard: Keyboard) -> None:
    """Answer what must be answered and some of the rest, but for the consent."""
    page = keyboard.page
    keyboard.go_to("for_whom")
    page.keyboard.press("Space")
    expect(page.locator("main [name=for_whom][value=me]")).to_be_checked()
    keyboard.go_to("name")
    page.keyboard.type("Ana Keys")
    keyboard.go_to("email")
    page.keyboard.type("ana.keys@example.org")
    keyboard.go_to("contact_by")
    keyboard.go_to("contact_by")
    page.keyboard.press("Space")
    expect(page.locator("main [name=contact_by][value=text]")).to_be_checked()
    keyboard.go_to("may_leave_message")
    page.keyboard.press("ArrowDown")
    expect(page.locator("main [name=may_leave_message][value=neutral]")).to_be_checked()
    keyboard.go_to("preferred_language")
    page.keyboard.type("Es")
    expect(page.locator("main [name=preferred_language]")).to_have_value("es")
    keyboard.go_to("message")
    page.keyboard.type("I have many questions.")
    keyboard.go_to("is_adult")
    page.keyboard.press("Space")


def send(keyboard: Keyboard) -> None:
    keyboard.go_to("Send")
    keyboard.page.wait_for_timeout(READING_TIME_MS)
    keyboard.page.keyboard.press("Enter")


def expect_the_private_page(page: Page) -> None:
    page.wait_for_url(re.compile(r"/en/inquiry/[0-9a-f]{40}/"))
    expect(page.locator(".receipt__reference")).to_have_text(re.compile(r"^\s*[0-9A-Z-]{6,}\s*$"))


def test_form__is_sent_by_the_keyboard_alone(keyboard: Keyboard) -> None:
    skip_to_the_content(keyboard)
    fill_in(keyboard)
    keyboard.go_to("consent")
    keyboard.page.keyboard.press("Space")
    send(keyboard)
    expect_the_private_page(keyboard.page)


def test_form_without_consent__leads_the_keyboard_to_the_field(
    keyboard: Keyboard, watch: Watch
) -> None:
    watch.expected_statuses |= {422}
    page, consent = keyboard.page, keyboard.page.locator("main [name=consent]")
    skip_to_the_content(keyboard)
    fill_in(keyboard)
    send(keyboard)
    expect(page.get_by_role("alert")).to_be_focused()
    again = Keyboard(page)
    again.arrive()
    again.go_to("Tick the box so that we may contact you")
    page.keyboard.press("Enter")
    expect(consent).to_be_focused()
    again.arrive()
    page.keyboard.press("Space")
    expect(consent).to_be_checked()
    send(again)
    expect_the_private_page(page)


@pytest.mark.parametrize("width", [360, 1280])
def test_every_stop_of_the_form__is_seen_and_none_is_a_trap(keyboard: Keyboard, width: int) -> None:
    page = keyboard.page
    page.set_viewport_size({"width": width, "height": 740})
    expected = page.evaluate(STOPS)
    assert len(expected) > 30
    assert keyboard.whole_page() == expected
    page.reload()
    assert Keyboard(page).whole_page("Shift+Tab") == expected[::-1]


MISTAKES = {
    r"a trap: \d+ name": """
        document.querySelector("main [name=name]").addEventListener("keydown", (event) => {
            if (event.key === "Tab") event.preventDefault();
        });""",
    r"looks the same in focus: \d+ Skip to the content": """
        const sheet = new CSSStyleSheet();
        sheet.replaceSync("a:focus { outline: none !important; box-shadow: none !important }");
        document.adoptedStyleSheets = [sheet];""",
    r"not in view: \d+ for_whom": """
        const bar = document.createElement("div");
        Object.assign(bar.style, {position: "fixed", inset: "0"});
        document.querySelector("main [name=for_whom]").addEventListener(
            "focus", () => document.body.append(bar));""",
}


@pytest.mark.parametrize("found", MISTAKES)
def test_keyboard__sees_what_must_not_be(keyboard: Keyboard, found: str) -> None:
    """The walk itself can fail."""
    keyboard.page.evaluate(f"() => {{ {MISTAKES[found]} }}")
    with pytest.raises(AssertionError, match=found):
        keyboard.whole_page()


# A window of 1280 px at 200 % (WCAG 2.2, 1.4.4 Resize Text).
ZOOMED = {"width": 640, "height": 450, "device_scale_factor": 2}


@pytest.mark.parametrize(
    "path",
    ["", "education/checkpoint-inhibitors/", "trials/?q=melanoma", "trials/NCT99900001/", FORM[4:]],
)
@pytest.mark.parametrize("language", ["en", "es"])
def test_page_at_200_percent__is_clean_and_nothing_is_cut_off(
    demo_site: DemoSite, open_browser: Opener, language: str, path: str
) -> None:
    page = open_browser(**ZOOMED)
    page.goto(f"{demo_site.public}/{language}/{path}")
    assert page.evaluate("devicePixelRatio") == 2
    assert len(page.locator("main").inner_text()) > 500
    assert axe_findings(page) + sideways_scroll(page) + page.evaluate(CUT_OFF) == []


def test_words_that_are_cut_off__are_found(demo_site: DemoSite, open_browser: Opener) -> None:
    page = open_browser(**ZOOMED)
    page.goto(f"{demo_site.public}/en/")
    title = page.locator("h1")
    title.evaluate("one => { one.style.overflow = 'hidden'; one.style.height = '1rem'; }")
    assert any(title.inner_text()[:20] in found for found in page.evaluate(CUT_OFF))
