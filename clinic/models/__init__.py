"""Data of the project package."""

from clinic.models.images import ClinicImage, ClinicRendition
from clinic.models.page_cache import PageCacheGeneration
from clinic.models.pages import BasePage, ContactPage, HomePage, PeoplePage, StandardPage
from clinic.models.people import Person
from clinic.models.review import (
    ClinicalReviewState,
    ClinicalReviewTask,
    ClinicallyReviewedMixin,
)
from clinic.models.settings import ClinicSettings
from clinic.models.texts import PatientText
from clinic.models.user import User

__all__ = [
    "BasePage",
    "ClinicImage",
    "ClinicRendition",
    "ClinicSettings",
    "ClinicalReviewState",
    "ClinicalReviewTask",
    "ClinicallyReviewedMixin",
    "ContactPage",
    "HomePage",
    "PageCacheGeneration",
    "PatientText",
    "PeoplePage",
    "Person",
    "StandardPage",
    "User",
]
