"""What visitors see when something goes wrong: real answers, on a phone and on a desk."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Page, expect

from clinic.embedded_postgres import socket_directory
from tests.browser.conftest import DemoSite, Opener, screenshot, two_free_ports
from tests.browser.test_bare import STYLED
from tests.browser.test_every_page import sideways_scroll
from tests.browser.test_going_back import send_form
from tests.browser.watch import Watch, axe_findings
from tests.served import served

FORM = "trials/help/"
SEND = "main form[data-private-form] button[type=submit]"
# Together the languages show each width in each scheme.
VIEWS = {"en": [(360, "dark"), (1280, "light")], "es": [(360, "light"), (1280, "dark")]}
# Nothing to break it at, as in an address that somebody pasted.
LONG_WORD = "https://example.org/" + "a" * 200
QUESTION = f"I have many questions. {LONG_WORD}"
URGENT_PHONE = "(415) 555-0199"
# What a page of ours would send that was open for too long: no field says whose form it is.
SEND_WITHOUT_TOKEN = """(message) => {
    const form = document.createElement("form"), field = document.createElement("textarea");
    form.method = "post";
    field.name = "message";
    field.value = message;
    form.append(field);
    document.body.append(form);
    form.submit();
}"""
USE_UP_THE_DAY = """
from datetime import timedelta
from clinic.rate_limit import hit
from trials.inquiries.services.asking import MOST_A_DAY
from trials.inquiries.tokens import receipt_hash
for _ in range(MOST_A_DAY):
    hit("sender-request", receipt_hash("{token}"), MOST_A_DAY, timedelta(days=1))
"""


@dataclass
class Visitor:
    """Somebody who meets errors; what is wrong about their pages is collected."""

    page: Page
    language: str
    public: str
    problems: list[str] = field(default_factory=list)

    def address(self, path: str = "", door: str = "") -> str:
        return f"{door or self.public}/{self.language}/{path}"

    def open(self, address: str) -> int:
        answer = self.page.goto(address)
        assert answer is not None
        return answer.status

    def send(self, button: str) -> int:
        """Press a button and return how the next page was answered."""
        with self.page.expect_navigation() as going:
            self.page.locator(button).click()
        return going.value.status

    def fill_in(self, message: str) -> None:
        self.page.locator("main [name=name]").fill("Ana Example")
        # Put there at once: keys would stop at the limit that a machine does not know.
        self.page.locator("main [name=message]").evaluate(
            "(field, text) => { field.value = text; }", message
        )

    def look(self, name: str) -> None:
        for width, scheme in VIEWS[self.language]:
            self.page.set_viewport_size({"width": width, "height": 1600})
            self.page.emulate_media(color_scheme=scheme)
            found = axe_findings(self.page) + sideways_scroll(self.page)
            self.problems += [f"{name}, {width} px, {scheme}: {line}" for line in found]
            screenshot(self.page, f"error-{name}-{self.language}-{width}", full_page=False)
        assert self.page.evaluate(STYLED) > 0
        assert self.page.locator("html").get_attribute("lang") == self.language
        assert self.page.locator("h1").count() == 1
        assert URGENT_PHONE in self.page.locator(".topline__help").inner_text()
        expect(self.page.locator("main a[href='tel:911']")).to_be_visible()

    def look_at_what_is_kept(self, name: str) -> None:
        self.look(name)
        kept = self.page.locator("section[aria-labelledby=kept-title]")
        expect(kept).to_contain_text(LONG_WORD)


@pytest.fixture(params=VIEWS)
def visitor(
    request: pytest.FixtureRequest, demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> Visitor:
    watch.expected_statuses |= {400, 403, 404, 413, 429, 500, 503}
    return Visitor(open_browser(), request.param, demo_site.public)


def test_address_that_leads_nowhere__is_clean(visitor: Visitor) -> None:
    assert visitor.open(visitor.address("no-such-page/")) == 404
    visitor.look("404")
    assert visitor.open(visitor.address("?q=%ff")) == 400
    visitor.look("400")
    assert visitor.problems == []


def test_refused_form__is_clean_and_keeps_what_was_typed(visitor: Visitor) -> None:
    visitor.open(visitor.address("trials/"))
    with visitor.page.expect_navigation() as going:
        visitor.page.evaluate(SEND_WITHOUT_TOKEN, QUESTION)
    assert going.value.status == 403
    visitor.look_at_what_is_kept("403")
    visitor.open(visitor.address(FORM))
    visitor.fill_in(QUESTION)
    visitor.page.locator("main [name=csrfmiddlewaretoken]").evaluate("field => field.remove()")
    assert visitor.send(SEND) == 403
    expect(visitor.page.get_by_role("alert")).to_be_focused()
    visitor.look("403-form")
    expect(visitor.page.locator("main [name=message]")).to_have_value(QUESTION)
    assert visitor.problems == []


def test_too_large_form__is_clean_and_keeps_what_can_be_read(visitor: Visitor) -> None:
    visitor.open(visitor.address(FORM))
    visitor.fill_in(QUESTION * 300)
    assert visitor.send(SEND) == 413
    visitor.look_at_what_is_kept("413")
    assert visitor.page.locator("main form").count() == 0
    visitor.open(visitor.address(FORM))
    visitor.fill_in(QUESTION * 15_000)
    assert visitor.send(SEND) == 413
    visitor.look("413-unread")
    assert visitor.page.locator("section[aria-labelledby=kept-title]").count() == 0
    assert visitor.problems == []


def test_too_many_notes__are_refused_by_a_clean_page(visitor: Visitor, demo_site: DemoSite) -> None:
    send_form(visitor.page, demo_site)
    token = visitor.page.url.rstrip("/").rpartition("/")[2]
    demo_site.manage("shell", "-c", USE_UP_THE_DAY.format(token=token))
    visitor.open(visitor.address(f"inquiry/{token}/note/"))
    visitor.page.locator("main [name=message]").fill(QUESTION)
    assert visitor.send(SEND) == 200
    assert visitor.send("main button[name=confirmed]") == 429
    visitor.look_at_what_is_kept("429")
    assert visitor.problems == []


@dataclass(frozen=True)
class BrokenDoor:
    """A public door that runs and cannot do its work."""

    status: int
    address: str


@pytest.fixture(scope="module", params=[503, 500])
def broken_door(request: pytest.FixtureRequest, demo_site: DemoSite) -> Iterator[BrokenDoor]:
    """Serve the demo's files from a database that is away, or one without a table of ours."""
    databases = {
        503: "postgres://clinic_public@127.0.0.1:9/clinic",
        500: f"postgres://clinic_public@:5432/postgres?host={socket_directory(demo_site.data_dir)}",
    }
    environment = demo_site.environment | {
        "DJANGO_SETTINGS_MODULE": "clinic.settings",
        "PROCESS": "public",
        "DATABASE_URL": databases[request.param],
    }
    log = demo_site.data_dir / f"door-{request.param}.log"
    with served(two_free_ports(), environment, log=log) as address:
        yield BrokenDoor(request.param, address)


def test_broken_door__shows_a_clean_page_and_keeps_what_was_typed(
    visitor: Visitor, broken_door: BrokenDoor, watch: Watch
) -> None:
    watch.own_hosts.add(broken_door.address.removeprefix("http://"))
    form = visitor.address(FORM, broken_door.address)
    # The form was opened while all was well; from then on the door answers itself.
    healthy = visitor.address(FORM)
    visitor.page.route(
        form, lambda route: route.fulfill(response=route.fetch(url=healthy)), times=1
    )
    assert visitor.open(form) == 200
    visitor.fill_in(QUESTION)
    assert visitor.send(SEND) == broken_door.status
    visitor.look_at_what_is_kept(f"{broken_door.status}-kept")
    expect(visitor.page.locator("main form button")).to_be_visible()
    assert visitor.open(visitor.address(door=broken_door.address)) == broken_door.status
    visitor.look(f"{broken_door.status}")
    assert visitor.problems == []
