from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from trials.enums import NOINDEX_STATUSES, TrialStatus
from trials.querysets import TrialQuerySet

NCT_ID_PATTERN = r"^NCT[0-9]{8}$"
MISSING_LOOKS = 2


class Trial(models.Model):
    """A study in the registry that the clinic lists: a mirror that only the sync writes."""

    nct_id = models.CharField(_("NCT id"), max_length=11, unique=True)
    brief_title = models.TextField(_("title"))
    official_title = models.TextField(_("official title"), blank=True)
    acronym = models.TextField(_("acronym"), blank=True)
    status = models.CharField(_("status"), max_length=100)
    last_known_status = models.CharField(_("last known status"), max_length=100, blank=True)
    why_stopped = models.TextField(_("why stopped"), blank=True)
    status_verified = models.DateField(_("status verified"), null=True, blank=True)
    first_posted = models.DateField(_("first posted"), null=True, blank=True)
    last_update_posted = models.DateField(_("record updated"), null=True, blank=True)
    start = models.DateField(_("start"), null=True, blank=True)
    primary_completion = models.DateField(_("primary completion"), null=True, blank=True)
    completion = models.DateField(_("completion"), null=True, blank=True)
    sponsor = models.TextField(_("sponsor"), blank=True)
    brief_summary = models.TextField(_("registry summary"), blank=True)
    detailed_description = models.TextField(_("registry description"), blank=True)
    conditions = ArrayField(models.TextField(), default=list, verbose_name=_("conditions"))
    keywords = ArrayField(models.TextField(), default=list, verbose_name=_("keywords"))
    study_type = models.CharField(_("study type"), max_length=100, blank=True)
    phases = ArrayField(models.CharField(max_length=100), default=list, verbose_name=_("phases"))
    purpose = models.CharField(_("purpose"), max_length=100, blank=True)
    allocation = models.CharField(_("allocation"), max_length=100, blank=True)
    masking = models.CharField(_("masking"), max_length=100, blank=True)
    enrollment = models.PositiveIntegerField(_("enrollment"), null=True, blank=True)
    enrollment_type = models.CharField(_("enrollment type"), max_length=100, blank=True)
    criteria = models.TextField(_("criteria"), blank=True)
    sex = models.CharField(_("sex"), max_length=100, blank=True)
    minimum_age_days = models.PositiveIntegerField(null=True, blank=True)
    minimum_age_text = models.CharField(_("minimum age"), max_length=100, blank=True)
    maximum_age_days = models.PositiveIntegerField(null=True, blank=True)
    maximum_age_text = models.CharField(_("maximum age"), max_length=100, blank=True)
    healthy_volunteers = models.BooleanField(_("healthy volunteers"), null=True, blank=True)
    has_results = models.BooleanField(_("has results"), default=False)
    # What only the trial's own page shows: arms, interventions, contacts, officials, references,
    # MeSH terms, other ids, and the precision of the dates above.
    details = models.JSONField(default=dict)
    has_our_site = models.BooleanField(_("has our site"), default=False)
    our_site_open = models.BooleanField(_("our site is open"), default=False)
    our_site_changed_at = models.DateTimeField(
        _("our site opened or closed"),
        null=True,
        blank=True,
        help_text=_("When we saw it. Empty: it was closed when we first saw the record."),
    )
    review_changed_at = models.DateTimeField(
        _("title, summary, eligibility or arms changed"), null=True, blank=True
    )
    missing_count = models.PositiveSmallIntegerField(
        _("times missing"),
        default=0,
        help_text=_("In how many looks in a row the registry did not have the record."),
    )
    is_listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Unlisted trials are not shown to the public.")
    )
    unmarked_words = ArrayField(
        models.SlugField(max_length=80),
        default=list,
        blank=True,
        verbose_name=_("words not to mark"),
        help_text=_("Words of the glossary are explained where they first stand. Not these."),
    )
    content_hash = models.CharField(max_length=64)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_changed_at = models.DateTimeField(_("last changed"))

    # The title that a list shows: the plain one where there is one. Set by searches.
    shown_title: str
    # How many trials a list of the first few stands for. Set by groups of a search.
    fitting: int

    # The place nearest to a ZIP code, see ``trials.places``. Set by searches that were given one.
    nearest: Any = None

    objects = TrialQuerySet.as_manager()

    class Meta:
        ordering = ["nct_id"]
        verbose_name = _("trial")
        verbose_name_plural = _("trials")
        indexes = [models.Index(fields=["-last_update_posted"], name="trial_last_update")]
        constraints = [
            models.CheckConstraint(
                name="trial_nct_id_is_one", condition=Q(nct_id__regex=NCT_ID_PATTERN)
            ),
            models.CheckConstraint(
                name="trial_open_site_is_ours",
                condition=Q(our_site_open=False) | Q(has_our_site=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nct_id} {self.brief_title}"

    def get_absolute_url(self) -> str:
        """Return the address of the trial's page in the active language."""
        return reverse("trials:detail", args=[self.nct_id])

    @property
    def is_recruiting(self) -> bool:
        """Return whether the trial as a whole takes new participants."""
        return self.status == TrialStatus.RECRUITING

    @property
    def is_noindex(self) -> bool:
        """Return whether search engines are asked to leave the page out."""
        return self.status in NOINDEX_STATUSES or not self.is_listed or self.is_missing

    @property
    def is_offered_here(self) -> bool:
        """Return whether people can ask to join here: open, and not lost to the registry."""
        return self.our_site_open and not self.is_missing

    @property
    def is_missing(self) -> bool:
        """Return whether the registry does not have the record: one failure may be an accident."""
        return self.missing_count >= MISSING_LOOKS


class TrialAlias(models.Model):
    """A former NCT id that still has to lead to its trial."""

    alias = models.CharField(max_length=11, unique=True)
    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="aliases")

    class Meta:
        verbose_name_plural = _("trial aliases")
        constraints = [
            models.CheckConstraint(
                name="trial_alias_is_nct_id", condition=Q(alias__regex=NCT_ID_PATTERN)
            )
        ]

    def __str__(self) -> str:
        return self.alias


class TrialSite(models.Model):
    """One location of a trial, as the registry gives it."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="sites")
    position = models.PositiveIntegerField()
    facility = models.TextField(blank=True)
    city = models.TextField(blank=True)
    state = models.TextField(blank=True)
    zip = models.TextField(blank=True)
    country = models.TextField(blank=True)
    status = models.CharField(max_length=100, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    contacts = models.JSONField(default=list)
    is_ours = models.BooleanField(default=False)

    # How far from a ZIP code. Set by the page of a trial that was given one.
    miles: float | None = None

    class Meta:
        ordering = ["position"]
        verbose_name = _("trial site")
        verbose_name_plural = _("trial sites")
        indexes = [
            models.Index(fields=["trial"], condition=Q(is_ours=True), name="trial_site_ours")
        ]
        constraints = [
            models.UniqueConstraint(fields=["trial", "position"], name="trial_site_position"),
            models.CheckConstraint(
                name="trial_site_on_earth",
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
            ),
        ]

    def __str__(self) -> str:
        return self.facility or self.city or self.country
