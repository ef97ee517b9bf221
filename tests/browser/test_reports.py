"""The reports of leads and the export, as a browser shows, prints and downloads them."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, DemoSite, Opener, log_in, screenshot
from tests.browser.test_every_page import sideways_scroll
from tests.browser.watch import axe_findings

REPORTS = "/admin/inquiry-reports/"
# Enough inquiries that something is shown of them.
FILL = """
from datetime import timedelta
from django.utils import timezone
from tests.inquiries.report_rows import at_step, rows, save
from trials.inquiries.models import Inquiry
from trials.models import Trial
steps = ["opened", "tried", "reached", "screened", "booked", "enrolled"]
if not Inquiry.objects.filter(consent_version="test").exists():
    for number, trial in enumerate(Trial.objects.open_at_our_site().order_by("nct_id")[:3]):
        made = []
        for place in range(90):
            at = timezone.now() - timedelta(days=1 + place % 80, hours=place % 7)
            made += at_step(
                steps[(place * place + number) % 6], 1, at,
                language="es" if place % 4 == 0 else "en", needs_interpreter=place % 6 == 0,
                source=["web", "web", "phone", "clinician"][place % 4],
            )
        save(*made, trial=trial)
    save(*rows(9, received_at=timezone.now() - timedelta(days=3)))
"""


@pytest.fixture
def lead(demo_site: DemoSite, open_browser: Opener) -> Page:
    demo_site.manage("shell", "-c", FILL)
    page = open_browser()
    log_in(page, demo_site, "lead@demo.example")
    return page


@pytest.mark.parametrize("width", [360, 1280])
def test_reports__are_clean_at_every_width_and_in_every_look(
    demo_site: DemoSite, lead: Page, width: int
) -> None:
    lead.set_viewport_size({"width": width, "height": 6400})
    lead.goto(f"{demo_site.staff}{REPORTS}")
    expect(lead.locator("svg.chart").first).to_be_visible()
    problems = axe_findings(lead, include="main") + sideways_scroll(lead)
    screenshot(lead, f"reports-{width}")
    lead.emulate_media(color_scheme="dark")
    problems += axe_findings(lead, include="main")
    screenshot(lead, f"reports-{width}-dark")
    lead.emulate_media(color_scheme="light", forced_colors="active")
    screenshot(lead, f"reports-{width}-forced")
    assert problems == []


def test_print__is_the_report_alone(demo_site: DemoSite, lead: Page) -> None:
    lead.goto(f"{demo_site.staff}{REPORTS}")
    lead.emulate_media(media="print")
    expect(lead.locator("svg.chart").first).to_be_visible()
    for away in ("form", "[data-side-panel]", "a.button"):
        for one in lead.locator(f"main {away}").all():
            expect(one).not_to_be_visible()
    screenshot(lead, "reports-print")


def test_export__asks_for_the_password_and_then_gives_a_file(
    demo_site: DemoSite, lead: Page
) -> None:
    lead.set_viewport_size({"width": 360, "height": 1600})
    lead.goto(f"{demo_site.staff}{REPORTS}")
    lead.get_by_role("link", name="Export these inquiries").click()
    if lead.locator("input[name=password]").count():
        lead.locator("input[name=password]").fill(PASSWORD)
        lead.locator("main button[type=submit]").first.click()
    expect(lead.get_by_role("heading", name="Without names and contact data")).to_be_visible()
    problems = axe_findings(lead, include="main") + sideways_scroll(lead)
    screenshot(lead, "export-360")
    with lead.expect_download() as download:
        lead.get_by_role("button", name="Export", exact=True).click()
    assert download.value.suggested_filename.endswith(".xlsx")
    lead.get_by_role("link", name="Go on to names and contact data").click()
    expect(lead.get_by_label("Reason")).to_be_visible()
    problems += axe_findings(lead, include="main") + sideways_scroll(lead)
    screenshot(lead, "export-contacts-360")
    lead.get_by_label("Reason").select_option("inspection")
    lead.get_by_label("I need names and contact data").check()
    with lead.expect_download() as download:
        lead.get_by_role("button", name="Export names and contact data").click()
    assert download.value.suggested_filename.startswith("inquiries-")
    assert problems == []
