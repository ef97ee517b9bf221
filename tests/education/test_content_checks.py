"""What is found in a text, where editors and reviewers see it, and what it stops."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles.finders import find
from django.urls import reverse
from wagtail.models import Page

from clinic.content_checker import MESSAGES
from clinic.content_checks import is_empty_link_text
from clinic.findings import Finding, findings_of
from clinic.models import User
from clinic.models.review import APPROVE_CHANGE, APPROVE_WHOLE_PAGE
from clinic.review import ReviewRefused
from clinic.roles import EDITORS
from education.models import EducationPage
from tests.clinic.review_steps import act, change, edit_url, fresh, log_in, submit
from tests.education.factories import SOURCE, make_education_page
from tests.education.test_glossary_pages import make_term
from tests.factories import make_locale, make_page, make_patient_text, make_reviewer, make_user

pytestmark = pytest.mark.django_db

LONG = "One " + " ".join(["two"] * 25) + "."
SHORT = "One " + " ".join(["two"] * 24) + "."


@pytest.fixture
def editor() -> User:
    return make_user(EDITORS)


@pytest.fixture
def reviewer() -> User:
    return make_reviewer()


def found_in(code: str, **fields: Any) -> list[Finding]:
    page = EducationPage(locale=make_locale(), **{"citations": [SOURCE], **fields})
    return [finding for finding in findings_of(page) if finding.code == code]


def paragraph(html: str) -> dict[str, Any]:
    return {"body": [("paragraph", html)]}


class TestHeadings:
    @pytest.mark.parametrize(
        "body",
        [
            [("heading", " "), ("paragraph", "<p>Text.</p>")],
            [("subheading", "Deep"), ("paragraph", "<p>Text.</p>")],
            [("heading", "One"), ("heading", "Two"), ("paragraph", "<p>Text.</p>")],
            [
                ("heading", "One"),
                ("subheading", "A"),
                ("subheading", "B"),
                ("paragraph", "<p>.</p>"),
            ],
            [("paragraph", "<p>Text.</p>"), ("heading", "Last")],
        ],
        ids=["empty", "too deep", "nothing below", "nothing below a smaller one", "at the end"],
    )
    def test_order__is_checked(self, body: list[Any]) -> None:
        finding = found_in("heading", body=body)
        assert len(finding) == 1 and finding[0].block_id

    def test_good_outline__is_not_mentioned(self) -> None:
        text = ("paragraph", "<p>Text.</p>")
        body = [("heading", "A"), text, ("subheading", "B"), text, ("heading", "C"), text]
        assert not found_in("heading", body=body)


class TestLinks:
    @pytest.mark.parametrize(
        "words",
        [
            *("click here", "Here", "this page", "read more.", "  More », ", "www.cancer.gov"),
            *("https://www.cancer.gov/immunotherapy", "cancer.gov/about", "", "haga clic aquí"),
            *("Aquí", "más información", "este enlace"),
        ],
    )
    def test_words_that_say_nothing__are_empty(self, words: str) -> None:
        assert is_empty_link_text(words)

    @pytest.mark.parametrize(
        "words", ["Side effects", "See the heart page", "Here is your first visit", "Los efectos"]
    )
    def test_words_that_name_a_page__are_good(self, words: str) -> None:
        assert not is_empty_link_text(words)

    def test_links__are_found_in_rich_text_and_lists(self) -> None:
        links = {
            "title": "Read",
            "links": [{"page": None, "url": "https://cancer.gov/", "text": "click here"}],
        }
        html = '<p>For more, <a linktype="page" id="1"><b>click</b> here</a>.</p>'
        body = [("paragraph", html), ("links", links)]
        quotes = [finding.quote for finding in found_in("link-text", body=body)]
        assert quotes == ["click here", "click here"]


class TestPictures:
    def picture(self, **value: Any) -> list[Finding]:
        page = EducationPage(locale=make_locale(), citations=[SOURCE])
        page.body = page._meta.get_field("body").to_python(
            json.dumps([{"type": "image", "id": "a", "value": {"image": value, "caption": ""}}])
        )
        return [finding for finding in findings_of(page) if finding.code == "alternative-text"]

    @pytest.mark.parametrize("words", ["", " ", "scan_2.jpg", "IMG 0042"])
    def test_picture_without_description__is_found(self, words: str) -> None:
        assert len(self.picture(image=7, decorative=False, alt_text=words)) == 1

    def test_described_or_decorative_picture__is_good(self) -> None:
        assert not self.picture(image=7, decorative=False, alt_text="A nurse hangs a bag")
        assert not self.picture(image=7, decorative=True, alt_text="")


class TestText:
    def test_sentence__may_have_25_words(self) -> None:
        assert [f.quote for f in found_in("long-sentence", **paragraph(f"<p>{LONG}</p>"))] == [LONG]
        assert not found_in("long-sentence", **paragraph(f"<p>{SHORT}</p><p>{SHORT}</p>"))

    def test_letter__is_for_clinicians(self) -> None:
        letter = {"title": "To the emergency department", "text": f"<p>{LONG}</p>"}
        assert not found_in("long-sentence", body=[("letter", letter)])

    def test_dose__is_found_with_its_block(self) -> None:
        (finding,) = found_in("dose", **paragraph("<ul><li>Take 2 of these.</li></ul>"))
        assert finding.quote == "Take 2 of" and finding.block_id

    def test_patient_text__is_checked_too(self) -> None:
        codes = [f.code for f in findings_of(make_patient_text(body="<p>Take 2 of it.</p>"))]
        assert codes == ["dose", "never-reviewed"]

    def test_other_object__has_none(self, editor: User) -> None:
        assert findings_of(editor) == []


class TestEditor:
    def test_panel__names_findings_and_leads_to_their_blocks(self, editor: User) -> None:
        page = make_education_page(citations=[], **paragraph("<p>Take 2 of these.</p>"))
        html = log_in(editor).get(edit_url(page)).content.decode()
        assert "This page names no source" in html
        assert "looks like a dose without a unit" in html
        block = page.body[0].id
        assert f"#block-{block}-section" in html

    def test_texts_and_words__have_the_panel_too(self, editor: User) -> None:
        text = make_patient_text(body="<p>Take 2 of it.</p>")
        word = make_term("cell", definition="Take 2 of it.")
        for snippet in (text, word):
            name = type(snippet).snippet_viewset.get_url_name("edit")
            html = log_in(editor).get(reverse(name, args=[snippet.pk])).content.decode()
            assert "looks like a dose without a unit" in html

    def test_sources__say_what_they_are_for(self, editor: User) -> None:
        html = log_in(editor).get(edit_url(make_education_page())).content.decode()
        assert "Without a source nobody can approve the page." in html

    def test_wagtails_checks__run_ours_too(self, editor: User) -> None:
        page = make_education_page(**paragraph("<p>Take 2 of these.</p>"))
        html = log_in(editor).get(edit_url(page)).content.decode()
        text = re.search(r'id="checker-axe-configuration"[^>]*>(.*?)</script>', html, re.DOTALL)
        assert text is not None
        configuration = json.loads(text[1])
        assert {f"clinic-{code}" for code in MESSAGES} < set(configuration["options"]["runOnly"])
        options = {c["id"]: c.get("options") for c in configuration["spec"]["checks"]}
        assert options["clinic-dose"] == {"count": 1, "quotes": ["Take 2 of"]}

    def test_script__knows_every_rule(self) -> None:
        script = Path(str(find("clinic/js/content_checks.js"))).read_text(encoding="utf-8")
        assert set(MESSAGES) == set(re.findall(r'^  "([\w-]+)",$', script, re.MULTILINE))


class TestApproval:
    @pytest.mark.parametrize("action", [APPROVE_CHANGE, APPROVE_WHOLE_PAGE])
    def test_page_without_source__cannot_be_approved(
        self, editor: User, reviewer: User, action: str
    ) -> None:
        page = make_education_page(is_demo_content=True)
        change(page, editor, citations=[], introduction="New.")
        with pytest.raises(ReviewRefused, match="names no source"):
            act(submit(page, editor), reviewer, action, comment="It has to be so.")
        assert fresh(page).introduction == ""

    def test_page_of_the_clinic__needs_no_source(self, editor: User, reviewer: User) -> None:
        page = make_page()
        change(page, editor, introduction="New.")
        act(submit(page, editor), reviewer)
        assert fresh(page).introduction == "New."

    def dialog(self, page: Page, editor: User, reviewer: User) -> str:
        state = submit(page, editor)
        url = reverse(
            "wagtailadmin_pages:workflow_action", args=[page.pk, APPROVE_WHOLE_PAGE, state.pk]
        )
        return log_in(reviewer).get(url).json()["html"]

    def test_warnings__are_shown_and_stop_nothing(self, editor: User, reviewer: User) -> None:
        page = make_education_page()
        change(page, editor, body=[("paragraph", "<p>Take 2 of these.</p>")])
        html = self.dialog(page, editor, reviewer)
        assert "Take 2 of" in html and "cannot be approved yet" not in html
        # Without Wagtail's own drawing the button's words lie outside of it.
        assert 'class="icon icon-spinner icon"' in html
        assert "No clinician has checked" not in html
        act(fresh(page).current_workflow_task_state, reviewer)
        assert "Take 2 of" in str(fresh(page).body)

    def test_dialog__says_what_stops_the_approval(self, editor: User, reviewer: User) -> None:
        page = make_education_page()
        change(page, editor, citations=[])
        html = self.dialog(page, editor, reviewer)
        assert "cannot be approved yet" in html and "names no source" in html


@pytest.mark.usefixtures("loaded_demo")
class TestDemo:
    def test_education_pages__have_sources_and_nothing_worse_than_long_sentences(self) -> None:
        found = [
            (page.slug, finding.code, finding.quote)
            for page in Page.objects.filter(depth__gt=1).specific()
            for finding in findings_of(page)
            if finding.code not in ("never-reviewed", "long-sentence")
        ]
        assert found == []
