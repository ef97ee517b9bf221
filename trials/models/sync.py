from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trials.models.trial import Trial
from trials.querysets import SyncRunQuerySet, TrialVersionQuerySet


class RegistryQuery(models.Model):
    """What the daily sync asks the registry for."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    nct_ids = models.TextField(
        _("NCT ids"), blank=True, help_text=_("Separated by spaces or one a line.")
    )
    condition = models.CharField(_("condition"), max_length=300, blank=True)
    term = models.CharField(_("other words"), max_length=300, blank=True)
    location = models.CharField(
        _("place"), max_length=300, blank=True, help_text=_("For example the name of the clinic.")
    )
    advanced = models.CharField(
        _("advanced filter"),
        max_length=500,
        blank=True,
        help_text=_("In the registry's expression syntax, for example AREA[Phase]PHASE3."),
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("registry query")
        verbose_name_plural = _("registry queries")
        constraints = [
            models.CheckConstraint(
                name="registry_query_asks_something",
                condition=~Q(nct_ids="", condition="", term="", location="", advanced=""),
                violation_error_message=_("Enter NCT ids or a search."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class SyncRun(models.Model):
    """One look at the registry: its date is "we last looked" of every trial that it saw."""

    source = models.CharField(_("source"), max_length=200)
    started_at = models.DateTimeField(_("started"))
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    data_timestamp = models.CharField(_("registry data of"), max_length=40, blank=True)
    new_count = models.PositiveIntegerField(_("new"), default=0)
    changed_count = models.PositiveIntegerField(_("changed"), default=0)
    unchanged_count = models.PositiveIntegerField(_("unchanged"), default=0)
    older_count = models.PositiveIntegerField(_("older than ours"), default=0)
    refused_count = models.PositiveIntegerField(_("refused"), default=0)
    missing = ArrayField(
        models.CharField(max_length=11), default=list, blank=True, verbose_name=_("not found")
    )
    notices = models.JSONField(_("notices"), default=list, blank=True)
    problem = models.TextField(_("problem"), blank=True)
    is_daily_look = models.BooleanField(_("daily look"), default=False)
    # What the queries asked, so that a look can tell whether an earlier one answers it too.
    asked = models.CharField(max_length=64, blank=True, editable=False)
    # How far a look that was cut off had come.
    position = models.JSONField(null=True, blank=True, editable=False)
    # The trials seen, as ids: unchanged trials cost no write of their own.
    seen = ArrayField(models.BigIntegerField(), default=list, blank=True, editable=False)

    objects = SyncRunQuerySet.as_manager()

    class Meta:
        ordering = ["-started_at"]
        verbose_name = _("sync run")
        verbose_name_plural = _("sync runs")
        indexes = [models.Index(fields=["-started_at"], name="sync_run_started")]
        constraints = [
            models.CheckConstraint(
                name="sync_run_ends_after_start",
                condition=Q(finished_at__isnull=True) | Q(finished_at__gte=F("started_at")),
            )
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.started_at:%Y-%m-%d %H:%M}"

    @property
    def is_complete(self) -> bool:
        """Return whether the run came to its end."""
        return self.finished_at is not None and not self.problem


class RegistryPage(models.Model):
    """What one page of the registry's answers held, for the day when it answers "not modified"."""

    address = models.TextField(primary_key=True)
    etag = models.CharField(max_length=300)
    nct_ids = ArrayField(models.CharField(max_length=11), default=list)
    next_page_token = models.TextField(blank=True)

    class Meta:
        verbose_name = _("registry page")
        verbose_name_plural = _("registry pages")

    def __str__(self) -> str:
        return self.address


class TrialVersion(models.Model):
    """The record as received, once for each real change."""

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="versions")
    run = models.ForeignKey(SyncRun, on_delete=models.PROTECT, related_name="versions")
    received_at = models.DateTimeField(_("received"))
    content_hash = models.CharField(max_length=64)
    changed = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    record = models.JSONField()

    objects = TrialVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        verbose_name = _("trial version")
        verbose_name_plural = _("trial versions")
        indexes = [models.Index(fields=["trial", "-received_at"], name="trial_version_newest")]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.received_at:%Y-%m-%d}"


class RefusedRecord(models.Model):
    """A record that could not be imported, kept for inspection, once per reason."""

    fingerprint = models.CharField(max_length=64, unique=True, editable=False)
    source = models.CharField(_("source"), max_length=300)
    nct_id = models.CharField(_("id given"), max_length=40, blank=True)
    reason = models.TextField(_("reason"))
    record = models.JSONField(_("record"), null=True, blank=True)
    first_run = models.ForeignKey(SyncRun, on_delete=models.PROTECT, related_name="+")
    last_run = models.ForeignKey(SyncRun, on_delete=models.PROTECT, related_name="refused")

    class Meta:
        ordering = ["-last_run__started_at", "source"]
        verbose_name = _("refused record")
        verbose_name_plural = _("refused records")

    def __str__(self) -> str:
        return f"{self.source}: {self.reason}"
