"""The registry mirror, our texts about it, and what search needs."""

from trials.models.attention import RegistryAlert, SiteConfirmation
from trials.models.classification import (
    ClassificationStamp,
    TrialBiomarker,
    TrialCancerType,
    TrialTherapyType,
)
from trials.models.places import Place, TrialPlace
from trials.models.search import SearchDocument
from trials.models.signature import TeamSignature
from trials.models.summary import PlainSummary
from trials.models.sync import RefusedRecord, RegistryPage, RegistryQuery, SyncRun, TrialVersion
from trials.models.trial import Trial, TrialAlias, TrialSite

__all__ = [
    "ClassificationStamp",
    "Place",
    "PlainSummary",
    "RefusedRecord",
    "RegistryAlert",
    "RegistryPage",
    "RegistryQuery",
    "SearchDocument",
    "SiteConfirmation",
    "SyncRun",
    "TeamSignature",
    "Trial",
    "TrialAlias",
    "TrialBiomarker",
    "TrialCancerType",
    "TrialPlace",
    "TrialSite",
    "TrialTherapyType",
    "TrialVersion",
]
