from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseSiteSetting, register_setting


@register_setting(icon="cog")
class ClinicSettings(BaseSiteSetting):
    """Facts about the clinic that every page and the reply promise need."""

    name = models.CharField(_("clinic name"), max_length=120, default="Clinic")
    short_name = models.CharField(_("short name"), max_length=60, default="Clinic")
    phone = models.CharField(_("main phone"), max_length=40, blank=True)
    tty = models.CharField(_("TTY"), max_length=40, blank=True)
    urgent_phone = models.CharField(
        _("24/7 number"), max_length=40, blank=True, help_text=_("A change needs a second person.")
    )
    urgent_phone_proposed = models.CharField(
        _("proposed 24/7 number"), max_length=40, blank=True, editable=False
    )
    urgent_phone_proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    email = models.EmailField(_("public e-mail address"), blank=True)
    street = models.CharField(_("street"), max_length=120, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=40, blank=True)
    zip_code = models.CharField(_("ZIP code"), max_length=10, blank=True)
    hours = models.CharField(
        _("opening hours"), max_length=120, blank=True, help_text=_("As patients read them.")
    )
    working_day_start = models.TimeField(_("working day starts"), default="08:30")
    working_day_end = models.TimeField(_("working day ends"), default="17:00")
    working_days = models.CharField(
        _("working days"),
        max_length=20,
        default="0,1,2,3,4",
        help_text=_("0 is Monday. Public holidays are left out by themselves."),
    )
    reply_target_days = models.PositiveSmallIntegerField(
        _("reply target in working days"),
        default=1,
        help_text=_("What we promise people who write to us."),
    )
    default_assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner of general inquiries"),
    )
    fallback_person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("fallback for overdue inquiries"),
        help_text=_("A coordinator or a lead. While they are away, and without one: the leads."),
    )
    escalate_after_hours = models.PositiveSmallIntegerField(
        _("working hours overdue until then"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: as long as the reply target. After twice as long all leads are told."),
    )
    facility_names = models.TextField(
        _("our facility names"),
        blank=True,
        help_text=_("As the registry writes them, one a line. They tell us which sites are ours."),
    )
    facility_zip_codes = models.CharField(
        _("our facility ZIP codes"), max_length=200, blank=True, help_text=_("Separated by spaces.")
    )

    confirmation_days = models.PositiveSmallIntegerField(
        _("a confirmation that a trial is open holds for days"),
        default=30,
        help_text=_("After that its form becomes the general one. 0: it never ends."),
    )
    review_months_safety = models.PositiveSmallIntegerField(
        _("pages about side effects: months"), default=6, validators=[MinValueValidator(1)]
    )
    review_months_education = models.PositiveSmallIntegerField(
        _("other education and summaries: months"), default=12, validators=[MinValueValidator(1)]
    )
    review_months_other = models.PositiveSmallIntegerField(
        _("pages of the clinic: months"), default=24, validators=[MinValueValidator(1)]
    )
    review_grace_days = models.PositiveSmallIntegerField(
        _("grace period in days"),
        default=30,
        help_text=_("A page that is overdue for longer says so to its readers."),
    )

    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("short_name")], heading=_("Names")),
        MultiFieldPanel(
            [
                FieldPanel("phone"),
                FieldPanel("tty"),
                HelpPanel(template="wagtailadmin/clinic/urgent_phone_help.html"),
                FieldPanel("urgent_phone", read_only=True),
                FieldPanel("email"),
            ],
            heading=_("How to reach us"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("street"),
                FieldRowPanel(
                    [FieldPanel("city"), FieldPanel("state"), FieldPanel("zip_code")],
                    heading=_("Place"),
                ),
                FieldPanel("hours"),
            ],
            heading=_("Where and when"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("reply_target_days"),
                FieldRowPanel(
                    [FieldPanel("working_day_start"), FieldPanel("working_day_end")],
                    heading=_("Working day"),
                ),
                FieldPanel("working_days"),
                FieldPanel("default_assignee"),
                FieldRowPanel(
                    [FieldPanel("fallback_person"), FieldPanel("escalate_after_hours")],
                    heading=_("Overdue inquiries go to"),
                ),
            ],
            heading=_("Reply promise"),
        ),
        MultiFieldPanel(
            [
                FieldPanel("facility_names"),
                FieldPanel("facility_zip_codes"),
                FieldPanel("confirmation_days"),
            ],
            heading=_("Our site in the registry"),
        ),
        MultiFieldPanel(
            [
                FieldRowPanel(
                    [
                        FieldPanel("review_months_safety"),
                        FieldPanel("review_months_education"),
                        FieldPanel("review_months_other"),
                    ],
                    heading=_("A clinician checks again after"),
                ),
                FieldPanel("review_grace_days"),
            ],
            heading=_("Clinical review"),
        ),
    ]

    @classmethod
    def of_default_site(cls) -> "ClinicSettings":
        """Return the settings of the default site; unsaved defaults when nobody filled them in.

        Never writes: the public role may not (Wagtail's own ``for_site`` creates a missing row).
        """
        return cls.objects.order_by("-site__is_default_site").first() or cls()

    def review_months(self, cycle: str) -> int:
        """Return after how many months a text of this review cycle is due again."""
        return getattr(self, f"review_months_{cycle}")

    class Meta:
        verbose_name = _("clinic settings")
        permissions = [("confirm_urgent_phone", _("Can confirm the 24/7 number"))]
