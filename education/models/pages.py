from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalManyToManyField
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, MultipleChooserPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from clinic import illustrations
from clinic.blocks import BodyBlock, CitationsBlock, KeyPointsBlock
from clinic.enums import ReviewCycle
from clinic.models import BasePage, ContentPage


class EducationIndexPage(ContentPage):
    """The way into patient education, one per language."""

    parent_page_types = ["clinic.HomePage"]
    subpage_types = ["education.EducationPage", "education.FindMyPage"]
    max_count_per_parent = 1
    page_description = _("Lists the education pages by section.")

    class Meta:
        verbose_name = _("education index page")


class EducationPage(BasePage):  # type: ignore[django-manager-missing]
    """One plain, reviewed answer for patients and families."""

    class Section(models.TextChoices):
        BASICS = "basics", _("How immunotherapy works")
        TYPES = "types", _("Types of immunotherapy")
        CANCERS = "cancers", _("By type of cancer")
        TREATMENT = "treatment", _("Getting treatment")
        SIDE_EFFECTS = "side-effects", _("Side effects")
        LIVING = "living", _("Living with treatment")
        TRIALS = "trials", _("Clinical trials")

    section = models.CharField(_("section"), max_length=20, choices=Section, default=Section.BASICS)
    is_side_effect_page = models.BooleanField(
        _("about side effects"),
        default=False,
        help_text=_("Shows the urgent panel with the 24/7 number at the top."),
    )
    is_handout = models.BooleanField(
        _("handout"),
        default=False,
        help_text=_("Prints small, without pictures and surroundings, to fit on one sheet."),
    )
    illustration = models.CharField(
        _("illustration"),
        max_length=60,
        blank=True,
        choices=illustrations.choices,
        help_text=_("Stands beside the title and on cards that lead here."),
    )
    key_points = StreamField(KeyPointsBlock(), blank=True, verbose_name=_("key points"))
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))
    citations = StreamField(CitationsBlock(), blank=True, verbose_name=_("sources"))
    related_pages = ParentalManyToManyField(
        "education.EducationPage", blank=True, verbose_name=_("related pages")
    )
    cancer_types = ParentalManyToManyField(
        "education.CancerType", blank=True, verbose_name=_("cancer types")
    )
    therapy_types = ParentalManyToManyField(
        "education.TherapyType", blank=True, verbose_name=_("therapy types")
    )

    @property
    def review_cycle(self) -> str:  # type: ignore[override]
        """Return how often a clinician checks this page."""
        return ReviewCycle.SAFETY if self.is_side_effect_page else ReviewCycle.EDUCATION

    content_panels = [
        BasePage.translation_panel,
        *Page.content_panels,
        BasePage.introduction_panel,
        MultiFieldPanel(
            [
                FieldPanel("section"),
                FieldPanel("illustration"),
                FieldPanel("is_side_effect_page"),
                FieldPanel("is_handout"),
            ],
            heading=_("Place and kind"),
        ),
        FieldPanel(
            "key_points",
            help_text=_("The page in three to five short sentences. Many people read only these."),
        ),
        FieldPanel(
            "body",
            help_text=_(
                "One idea in each paragraph. Headings that a patient would ask or look for."
            ),
        ),
        BasePage.reading_panel,
        FieldPanel(
            "citations",
            help_text=_(
                "At least one public source for what the page says, with the day you read it. "
                "Without a source nobody can approve the page."
            ),
        ),
        MultiFieldPanel(
            [
                FieldPanel(
                    "related_pages", help_text=_("Where to read on; three or four are enough.")
                ),
                FieldPanel(
                    "therapy_types",
                    help_text=_("The page shows open trials of these kinds of treatment."),
                ),
                FieldPanel(
                    "cancer_types", help_text=_("The page shows open trials for these cancers.")
                ),
            ],
            heading=_("Connections"),
        ),
        MultipleChooserPanel(
            "unmarked_terms",
            chooser_field_name="term",
            label=_("Glossary words not to mark"),
            help_text=_("Words of the glossary are explained where they first stand. Not these."),
        ),
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("key_points"),
        index.SearchField("body"),
        index.FilterField("section"),
    ]
    parent_page_types = ["education.EducationIndexPage"]
    subpage_types: list[str] = []
    page_description = _("Explains one subject to patients, with sources.")

    class Meta:
        verbose_name = _("education page")
