from django.db import models
from django.utils.translation import gettext_lazy as _

from education.models import Biomarker, CancerType, TherapyType
from trials.enums import Source
from trials.models.trial import Trial


class Classification(models.Model):
    """What a trial is about. A row of staff outlives every sync; ``applies=False`` denies."""

    source = models.CharField(
        _("source"), max_length=5, choices=Source, default=Source.STAFF, editable=False
    )
    applies = models.BooleanField(
        _("applies"), default=True, help_text=_("Clear this to overrule the automatic rule.")
    )

    class Meta:
        abstract = True

    @staticmethod
    def constraints_for(name: str, term: str) -> list[models.BaseConstraint]:
        """Return the constraints of a through table."""
        return [
            models.UniqueConstraint(fields=["trial", term], name=f"{name}_once"),
            models.CheckConstraint(
                name=f"{name}_source", condition=models.Q(source__in=Source.values)
            ),
            models.CheckConstraint(
                name=f"{name}_auto_applies",
                condition=models.Q(source=Source.STAFF) | models.Q(applies=True),
            ),
        ]


class ClassificationStamp(models.Model):
    """One row: by which words all trials were classified last. Without it, they are due."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    fingerprint = models.CharField(max_length=80)

    class Meta:
        constraints = [
            models.CheckConstraint(name="classification_stamp_is_one_row", condition=models.Q(id=1))
        ]

    def __str__(self) -> str:
        return self.fingerprint


class TrialCancerType(Classification):
    """A cancer type that the trial studies."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="cancer_type_rows")
    cancer_type = models.ForeignKey(
        CancerType, on_delete=models.CASCADE, related_name="trial_rows", verbose_name=_("type")
    )

    class Meta:
        verbose_name = _("cancer type of a trial")
        verbose_name_plural = _("cancer types of trials")
        constraints = Classification.constraints_for("trial_cancer_type", "cancer_type")

    def __str__(self) -> str:
        return f"{self.trial_id}: {self.cancer_type_id}"


class TrialTherapyType(Classification):
    """A kind of immunotherapy that the trial gives."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="therapy_type_rows")
    therapy_type = models.ForeignKey(
        TherapyType, on_delete=models.CASCADE, related_name="trial_rows", verbose_name=_("type")
    )

    class Meta:
        verbose_name = _("therapy type of a trial")
        verbose_name_plural = _("therapy types of trials")
        constraints = Classification.constraints_for("trial_therapy_type", "therapy_type")

    def __str__(self) -> str:
        return f"{self.trial_id}: {self.therapy_type_id}"


class TrialBiomarker(Classification):
    """A biomarker that the trial asks about."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="biomarker_rows")
    biomarker = models.ForeignKey(
        Biomarker, on_delete=models.CASCADE, related_name="trial_rows", verbose_name=_("biomarker")
    )

    class Meta:
        verbose_name = _("biomarker of a trial")
        verbose_name_plural = _("biomarkers of trials")
        constraints = Classification.constraints_for("trial_biomarker", "biomarker")

    def __str__(self) -> str:
        return f"{self.trial_id}: {self.biomarker_id}"
