"""Data of the project package."""

from clinic.models.images import ClinicImage, ClinicRendition
from clinic.models.page_cache import PageCacheGeneration
from clinic.models.pages import (
    BasePage,
    ContactPage,
    ContentPage,
    HomePage,
    PeoplePage,
    StandardPage,
)
from clinic.models.people import Person
from clinic.models.review import (
    ClinicallyReviewedMixin,
    ClinicalReviewState,
    ClinicalReviewTask,
)
from clinic.models.settings import ClinicSettings
from clinic.models.takedown import TakeDown
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
    "ContentPage",
    "HomePage",
    "PageCacheGeneration",
    "PatientText",
    "PeoplePage",
    "Person",
    "StandardPage",
    "TakeDown",
    "User",
]
