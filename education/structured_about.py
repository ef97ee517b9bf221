"""What search engines are told about the subject of an education page (schema.org)."""

from typing import Any

from education.models import EducationPage
from education.topics import SCHEMA_TYPES, topics_of


def structured_about(page: Any) -> list[dict[str, str]]:
    """Return the cancers and treatments of an education page; its section where it has none."""
    if not isinstance(page, EducationPage):
        return []
    found = topics_of(page)
    things = [
        {"@type": SCHEMA_TYPES[kind], "name": topic.name}
        for kind in ("cancer_types", "therapy_types")
        for topic in found[kind]
    ]
    return things or [{"@type": "Thing", "name": str(page.get_section_display())}]
