"""Pictures for the editors' guide: a page is changed, checked, submitted and reviewed."""

import re
from typing import Any

CHANGED_PAGE = "Checkpoint inhibitors"
# Something for the checks to find.
SENTENCE = " Take 2 of these every day."
# Menus and dialogs of the admin fade in, whatever the browser prefers.
FADING_MILLISECONDS = 700
# Wagtail's editor takes what stands in the form at first for saved, typed or not.
SETTLING_MILLISECONDS = 5_000
LISTS = {
    "editors-reviews-report": "/admin/reports/clinical-reviews/",
    "editors-reading-levels": "/admin/reports/reading-levels/",
    "editors-translations": "/admin/reports/translations/",
    "editors-feedback": "/admin/reports/feedback/",
    "editors-glossary": "/admin/snippets/education/glossaryterm/",
}


def take_editorial_pictures(photographer: Any) -> None:
    """Take the pictures as an editor, who submits a change, and as the reviewer who reads it."""
    staff = photographer.demo.staff
    editor = photographer.log_in("editor@demo.example")
    _find(editor, staff, "Learn about immunotherapy")
    editor.goto(re.sub(r"edit/.*", "", editor.url), wait_until="networkidle")
    photographer.save(editor, "editors-page-list")
    for name, address in LISTS.items():
        editor.goto(f"{staff}{address}", wait_until="networkidle")
        photographer.save(editor, name)
    _find(editor, staff, CHANGED_PAGE)
    photographer.save(editor, "page-editor")
    address = editor.url
    editor.goto(re.sub(r"edit/.*", "sources/", address), wait_until="networkidle")
    photographer.save(editor, "editors-sources")
    editor.goto(address, wait_until="networkidle")
    _write(editor)
    editor.reload(wait_until="networkidle")
    editor.locator(".clinic-reading").evaluate("node => node.scrollIntoView({block: 'start'})")
    editor.mouse.wheel(0, -150)
    photographer.save(editor, "editors-checks")
    editor.get_by_role("button", name="More actions").click()
    editor.wait_for_timeout(FADING_MILLISECONDS)
    photographer.save(editor, "editors-submit")
    editor.get_by_role("button", name="Submit to Clinical review").click()
    editor.wait_for_load_state("networkidle")
    photographer.close(editor)
    _review(photographer)


def _find(page: Any, staff: str, title: str) -> None:
    """Open the editor of the page of that title."""
    page.goto(f"{staff}/admin/pages/search/?q={title}", wait_until="networkidle")
    page.get_by_role("link", name=title, exact=True).first.click()
    page.wait_for_load_state("networkidle")


def _write(editor: Any) -> None:
    """Add a sentence to the last text of the page and wait until the editor has saved it."""
    editor.wait_for_timeout(SETTLING_MILLISECONDS)
    text = editor.locator(".public-DraftEditor-content").last
    text.click()
    editor.keyboard.press("Control+End")
    with editor.expect_response(_is_saving):
        editor.keyboard.type(SENTENCE)
    editor.wait_for_load_state("networkidle")


def _is_saving(answer: Any) -> bool:
    """Return whether this answers the editor, which saves by itself; a preview is no saving."""
    return answer.request.method == "POST" and answer.url.split("?")[0].endswith("/edit/")


def _review(photographer: Any) -> None:
    reviewer = photographer.log_in("reviewer@demo.example")
    reviewer.get_by_role("link", name=CHANGED_PAGE).first.click()
    reviewer.get_by_role("button", name="More actions").click()
    approve = re.compile("I checked the whole page")
    reviewer.get_by_role("button", name=approve).click()
    reviewer.locator(".modal").get_by_role("button", name=approve).wait_for()
    reviewer.wait_for_timeout(FADING_MILLISECONDS)
    photographer.save(reviewer, "editors-review-dialog")
    photographer.close(reviewer)
