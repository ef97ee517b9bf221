"""Walks every page type and every screen of ours: axe, policy, foreign requests, console."""

import re
from urllib.parse import urljoin, urlsplit

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DemoSite, Opener, log_in
from tests.browser.watch import Watch, axe_findings

# Enough of each kind: the walk follows links and keeps a few addresses of the same shape.
PER_SHAPE = 3
LIMIT = 60
FIXED_STARTS = [
    "/{language}/",
    "/{language}/trials/",
    "/{language}/trials/help/",
    "/{language}/trials/help/?from=clinician",
    "/{language}/inquiry/new-link/",
    "/{language}/search/?q=pembrolizumab",
    "/{language}/search/?q=nothing+like+this",
    "/{language}/trials/?q=melanoma&status=RECRUITING&phase=2",
    "/{language}/trials/?q=nothing+like+this",
    "/{language}/trials/?q=melenoma",
    "/{language}/trials/compare/",
    "/{language}/trials/compare/?id=NCT99900001&id=NCT99900002&id=NCT99900003&id=NCT00000000",
    "/{language}/trials/NCT99900001/doctor/",
    "/{language}/trials/NCT99900001/fit/",
]


def shape(url: str) -> str:
    """Return the kind of page an address leads to."""
    parts = [part for part in urlsplit(url).path.split("/") if part]
    if parts[1:2] == ["trials"] and len(parts) > 2:
        return "/".join(
            ["trials", *("NCT" if part.startswith("NCT") else part for part in parts[2:])]
        )
    return "/".join(parts[:3]) if parts[1:2] != ["education"] else "education/page"


def links(page: Page, host: str) -> list[str]:
    found = page.eval_on_selector_all("a[href]", "nodes => nodes.map(node => node.href)")
    return [
        urljoin(url, urlsplit(url).path)
        for url in found
        if urlsplit(url).netloc == host and "/admin/" not in url and "/api/" not in url
    ]


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("en", 1280, "light"), ("en", 360, "dark"), ("es", 1280, "dark"), ("es", 360, "light")],
)
def test_public_pages__are_clean(
    demo_site: DemoSite, open_browser: Opener, language: str, width: int, scheme: str
) -> None:
    page = open_browser(width=width, color_scheme=scheme)
    host = urlsplit(demo_site.public).netloc
    waiting = [demo_site.public + path.format(language=language) for path in FIXED_STARTS]
    seen: set[str] = set()
    shapes: dict[str, int] = {}
    problems: list[str] = []
    while waiting and len(seen) < LIMIT:
        url = waiting.pop(0)
        if url in seen:
            continue
        seen.add(url)
        response = page.goto(url)
        assert response is not None
        if response.status != 200:
            problems.append(f"{url}: status {response.status}")
        if page.locator("h1").count() != 1:
            problems.append(f"{url}: {page.locator('h1').count()} h1")
        problems += sideways_scroll(page)
        problems += axe_findings(page)
        for link in links(page, host):
            kind = shape(link)
            if link not in seen and f"/{language}/" in link and shapes.get(kind, 0) < PER_SHAPE:
                shapes[kind] = shapes.get(kind, 0) + 1
                waiting.append(link)
    assert len(seen) >= 15
    assert problems == []


def sideways_scroll(page: Page) -> list[str]:
    overflow = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return [f"{page.url}: scrolls sideways by {overflow} px"] if overflow > 0 else []


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_address_of_the_sitemap__is_clean_at_400_percent(
    demo_site: DemoSite, open_browser: Opener, language: str
) -> None:
    page = open_browser(width=320)  # 1280 px at 400 % zoom (WCAG 2.2, 1.4.10 Reflow)
    answer = page.request.get(f"{demo_site.public}/sitemap.xml")
    addresses = re.findall(rf"<loc>([^<]+/{language}/[^<]*)</loc>", answer.text())
    problems: list[str] = []
    for address in addresses:
        response = page.goto(address)
        assert response is not None
        if response.status != 200:
            problems.append(f"{address}: status {response.status}")
        problems += axe_findings(page) + sideways_scroll(page)
    assert len(addresses) >= 25
    assert problems == []


@pytest.mark.parametrize("width", [320, 1280])
def test_states_with_errors__are_clean(
    demo_site: DemoSite, open_browser: Opener, watch: Watch, width: int
) -> None:
    watch.expected_statuses |= {404, 422}
    page = open_browser(width=width)
    problems = []
    for path in ("/en/trials/help/", "/es/trials/help/"):
        page.goto(demo_site.public + path)
        page.locator("main form button[type=submit]").last.click()
        page.wait_for_selector(".error-summary")
        problems += axe_findings(page) + sideways_scroll(page)
    for path in ("/en/no-such-page/", "/es/no-such-page/", "/en/trials/NCT00000000/"):
        page.goto(demo_site.public + path)
        problems += axe_findings(page) + sideways_scroll(page)
    assert problems == []


OUR_SCREENS = {
    "coordinator": [
        "/admin/inquiries/",
        "/admin/inquiries/?show=overdue",
        "/admin/inquiries/emergency/",
        "/admin/away/",
        "/admin/demo-mail/",
        "/admin/my-trials/",
        "/admin/sessions/",
    ],
    "lead": [
        "/admin/inquiries/",
        "/admin/inquiries/?show=trial_closed",
        "/admin/inquiries/?show=urgent",
        "/admin/inquiries/?show=asked",
        "/admin/inquiries/?show=all&filters=on",
        "/admin/inquiries/emergencies/",
        "/admin/my-trials/",
        "/admin/trial-teams/",
        "/admin/given-up-messages/",
    ],
    "editor": ["/admin/reports/registry/", "/admin/reports/registry/NCT99900001/"],
    "admin": [
        "/admin/staff/",
        "/admin/urgent-phone/",
        "/admin/given-up-messages/",
        "/admin/reports/state/",
    ],
    "reviewer": [
        "/admin/reports/translations/",
        "/admin/away/",
        "/admin/reports/feedback/",
        "/admin/reports/failed-searches/",
    ],
}
WAGTAIL_SCREENS = {
    "editor": ["/admin/", "/admin/pages/", "/admin/images/", "/admin/snippets/clinic/patienttext/"],
    "reviewer": ["/admin/", "/admin/reports/workflow_tasks/"],
}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("role", OUR_SCREENS)
def test_our_admin_screens__are_clean(
    demo_site: DemoSite, open_browser: Opener, role: str, width: int
) -> None:
    page = open_browser(width=width)
    page.goto(f"{demo_site.staff}/admin/")
    problems = axe_findings(page)
    log_in(page, demo_site, f"{role}@demo.example")
    for path in OUR_SCREENS[role]:
        response = page.goto(demo_site.staff + path)
        assert response is not None
        assert response.status == 200, path
        policy = response.headers["content-security-policy"]
        assert "unsafe-inline" not in policy and "unsafe-eval" not in policy, path
        problems += axe_findings(page, include="main")
    assert problems == []


@pytest.mark.parametrize("role", WAGTAIL_SCREENS)
def test_wagtail_screens__make_no_foreign_request_and_no_error(
    demo_site: DemoSite, open_browser: Opener, role: str
) -> None:
    page = open_browser()
    log_in(page, demo_site, f"{role}@demo.example")
    for path in WAGTAIL_SCREENS[role]:
        response = page.goto(demo_site.staff + path)
        assert response is not None
        assert response.status == 200, path


def test_walk__sees_what_it_must_not(
    demo_site: DemoSite, open_browser: Opener, watch: Watch
) -> None:
    """The watch itself can fail: an inline script and a foreign picture are both reported."""
    page = open_browser()
    page.goto(f"{demo_site.public}/en/")
    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "1";
            document.body.append(script);
            const picture = document.createElement("img");
            picture.src = "http://127.0.0.1:9/foreign.png";
            document.body.append(picture);
        }"""
    )
    page.wait_for_function("document.querySelector('img[src*=foreign]').complete")
    found = list(watch.findings)
    watch.findings.clear()
    assert any("Content Security Policy" in finding for finding in found)
