"""Pages that people print and carry fit on one sheet, in each language and on both papers."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from tests.browser.conftest import DemoSite, Opener

HANDOUTS = ["wallet-card", "questions-to-ask"]


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("slug", HANDOUTS)
def test_handout__fits_on_one_sheet(
    demo_site: DemoSite, open_browser: Opener, slug: str, language: str, paper: str
) -> None:
    page = open_browser()
    page.goto(f"{demo_site.public}/{language}/education/{slug}/")
    printed = PdfReader(BytesIO(page.pdf(format=paper)))
    assert len(printed.pages) == 1
    text = " ".join(printed.pages[0].extract_text().split())
    title = page.get_by_role("heading", level=1).inner_text()
    assert "".join(title.split()) in "".join(text.split())


@pytest.mark.parametrize("paper", ["Letter", "A4"])
@pytest.mark.parametrize("language", ["en", "es"])
def test_sheet_for_the_doctor__fits_on_one_sheet(
    demo_site: DemoSite, open_browser: Opener, language: str, paper: str
) -> None:
    page = open_browser()
    answer = page.request.get(f"{demo_site.public}/api/v1/trials/?page_size=1000").json()
    for trial in answer["results"]:
        page.goto(f"{demo_site.public}/{language}/trials/{trial['nct_id']}/doctor/")
        printed = PdfReader(BytesIO(page.pdf(format=paper)))
        assert len(printed.pages) == 1, trial["nct_id"]
        assert trial["nct_id"] in printed.pages[0].extract_text()


def test_button__prints_where_it_can(demo_site: DemoSite, open_browser: Opener) -> None:
    address = f"{demo_site.public}/en/education/wallet-card/"
    page = open_browser()
    page.goto(address)
    page.evaluate("window.print = () => { document.title = 'printed' }")
    page.get_by_role("button", name="Print this page").click()
    assert page.title() == "printed"
    without_scripts = open_browser(java_script_enabled=False)
    without_scripts.goto(address)
    assert without_scripts.get_by_role("button", name="Print this page").count() == 0
