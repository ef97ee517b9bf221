"""What the roles may do with the glossary and the vocabularies in the admin."""

from clinic.roles import ADMINISTRATORS, EDITORS, REVIEWERS

_VOCABULARIES = ("cancertype", "therapytype", "biomarker", "synonym", "symptomword")
_LOOK = ["education.view_glossaryterm", *(f"education.view_{name}" for name in _VOCABULARIES)]
_WRITE = [
    "education.add_glossaryterm",
    "education.change_glossaryterm",
    *(f"education.change_{name}" for name in _VOCABULARIES),
    *(f"education.add_{name}" for name in _VOCABULARIES),
    "education.delete_synonym",
    "education.delete_symptomword",
]

PERMISSIONS: dict[str, list[str]] = {
    EDITORS: [*_LOOK, *_WRITE],
    REVIEWERS: _LOOK,
    ADMINISTRATORS: [*_LOOK, *_WRITE],
}
