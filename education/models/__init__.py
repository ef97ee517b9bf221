"""Patient education: pages and the vocabularies that they share with trials."""

from education.models.pages import EducationIndexPage, EducationPage
from education.models.vocabulary import CancerType, Synonym, TherapyType

__all__ = ["CancerType", "EducationIndexPage", "EducationPage", "Synonym", "TherapyType"]
