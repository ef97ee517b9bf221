"""Data of the project package."""

from clinic.models.absence import Absence
from clinic.models.alarm import Alarm
from clinic.models.audit import AuditChain, AuditEvent
from clinic.models.failed_search import FailedSearch, IgnoredTerm
from clinic.models.images import ClinicImage, ClinicRendition
from clinic.models.login_memory import LoginMemory
from clinic.models.outbox import Audience, OutboxMessage
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
from clinic.models.rate_limit import RateLimitHit
from clinic.models.review import (
    ClinicallyReviewedMixin,
    ClinicalReviewState,
    ClinicalReviewTask,
)
from clinic.models.settings import ClinicSettings
from clinic.models.takedown import TakeDown, TextTakeDown
from clinic.models.texts import PatientText
from clinic.models.translation import Translation, TranslationState
from clinic.models.user import StaffMember, User
from clinic.models.worker import JobRun, WorkerHeartbeat

__all__ = [
    "Absence",
    "Alarm",
    "Audience",
    "AuditChain",
    "AuditEvent",
    "BasePage",
    "ClinicImage",
    "ClinicRendition",
    "ClinicSettings",
    "ClinicalReviewState",
    "ClinicalReviewTask",
    "ClinicallyReviewedMixin",
    "ContactPage",
    "ContentPage",
    "FailedSearch",
    "HomePage",
    "IgnoredTerm",
    "JobRun",
    "LoginMemory",
    "OutboxMessage",
    "PageCacheGeneration",
    "PatientText",
    "PeoplePage",
    "Person",
    "RateLimitHit",
    "StaffMember",
    "StandardPage",
    "TakeDown",
    "TextTakeDown",
    "Translation",
    "TranslationState",
    "User",
    "WorkerHeartbeat",
]
