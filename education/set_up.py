"""Education's part of a new installation: the vocabularies, and an empty index in each language."""

from typing import Any

from clinic.demo import pages_of_clinic
from clinic.demo.files import read_text_file
from clinic.demo.site_tree import LANGUAGES, add_empty_page
from clinic.set_up import home_page
from education.models import EducationIndexPage
from education.vocabulary_seed import load_vocabulary


def set_up(context: Any) -> None:
    """Add the terms and drafts that are missing; overwrite nothing."""
    added = load_vocabulary()
    context.say(f"Cancer types, therapy types, biomarkers and their other names: {added} added.")
    for language in LANGUAGES:
        home = home_page(language)
        if home is None or EducationIndexPage.objects.child_of(home).exists():
            continue
        file = read_text_file(pages_of_clinic.FOLDER / language / "education.md")
        index = add_empty_page(home, EducationIndexPage, file, language, is_demo_content=False)
        if index is not None:
            index.move(home, pos="first-child")  # it comes first in the menu
