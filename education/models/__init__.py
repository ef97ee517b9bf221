"""Patient education: pages, the glossary and the vocabularies that are shared with trials."""

from education.models.evidence import EvidenceCheck
from education.models.feedback import HelpfulVote, PageComment
from education.models.find import FindMyPage
from education.models.glossary import GlossaryTerm, UnmarkedTerm
from education.models.pages import EducationIndexPage, EducationPage
from education.models.symptoms import SymptomWord
from education.models.vocabulary import Biomarker, CancerType, Synonym, TherapyType

__all__ = [
    "Biomarker",
    "CancerType",
    "EducationIndexPage",
    "EducationPage",
    "EvidenceCheck",
    "FindMyPage",
    "GlossaryTerm",
    "HelpfulVote",
    "PageComment",
    "SymptomWord",
    "Synonym",
    "TherapyType",
    "UnmarkedTerm",
]
