"""The clinic's own page types; education has its own."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageViewRestriction
from wagtail.search import index
from wagtail.url_routing import RouteResult

from clinic import illustrations
from clinic.blocks import BodyBlock, HomeBlock
from clinic.models.review import ClinicallyReviewedMixin
from clinic.models.takedown import CanBeTakenDownMixin
from clinic.reading_panel import reading_panel
from clinic.translation_panel import TranslationPanel

# Addresses of views below the language prefix (design: Addresses); a page there would be hidden.
RESERVED_SLUGS = frozenset({"trials", "search", "glossary", "inquiry", "interest", "feedback"})


class BasePage(CanBeTakenDownMixin, ClinicallyReviewedMixin, Page):
    """What every page of the site has: an introduction and a clinical review."""

    introduction = models.TextField(
        _("introduction"),
        blank=True,
        help_text=_("The answer in one or two sentences. It also describes the page in lists."),
    )

    translation_panel = TranslationPanel()
    introduction_panel = FieldPanel("introduction")
    reading_panel = reading_panel()
    review_panel = MultiFieldPanel(
        [
            HelpPanel(_("Filled in when a clinician approves the page.")),
            FieldPanel("reviewed_by", read_only=True),
            FieldPanel("reviewed_on", read_only=True),
            FieldPanel("next_review_due", read_only=True),
            FieldPanel("is_demo_content", read_only=True),
        ],
        heading=_("Clinical review"),
    )
    settings_panels = [review_panel, *Page.settings_panels]
    search_fields = [*Page.search_fields, index.SearchField("introduction", boost=2)]
    show_in_menus_default = False

    class Meta:
        abstract = True

    def clean(self) -> None:
        """Raise ValidationError for a slug that one of the site's views answers."""
        super().clean()
        if self.slug in RESERVED_SLUGS:
            raise ValidationError(
                {"slug": _("This address belongs to a part of the site. Choose another one.")}
            )

    def get_view_restrictions(self) -> models.QuerySet[PageViewRestriction]:
        """Return the restrictions that apply here, read once: two hooks ask for them per visit.

        Most pages have none, which one query shows; Wagtail's own way costs two.
        """
        if not hasattr(self, "_view_restrictions"):
            none = PageViewRestriction.objects.none()
            self._view_restrictions = super().get_view_restrictions() if self._asks() else none
        return self._view_restrictions

    def _asks(self) -> bool:
        """Return whether this page or one above it is restricted or an alias of another."""
        if not self.path:
            return False
        paths = [self.path[:end] for end in range(self.steplen, len(self.path) + 1, self.steplen)]
        restricted = Exists(PageViewRestriction.objects.filter(page_id=OuterRef("pk")))
        asking = Page.objects.filter(restricted | Q(alias_of__isnull=False), path__in=paths)
        return asking.exists()

    @property
    def summary(self) -> str:
        """Return the sentence that describes the page in lists and search engines."""
        return self.search_description or self.introduction


class HomePage(BasePage):
    """The front page, one per language."""

    hero_title = models.CharField(
        _("hero title"), max_length=120, help_text=_("What the clinic offers, in a few words.")
    )
    hero_text = models.TextField(_("hero text"), help_text=_("One or two short sentences."))
    hero_illustration = models.CharField(
        _("hero illustration"),
        max_length=60,
        blank=True,
        choices=illustrations.choices,
    )
    body = StreamField(
        HomeBlock(), blank=True, verbose_name=_("sections"), help_text=_("In reading order.")
    )

    content_panels = [
        BasePage.translation_panel,
        *Page.content_panels,
        MultiFieldPanel(
            [
                FieldPanel("hero_title"),
                FieldPanel("hero_text"),
                FieldPanel("hero_illustration"),
            ],
            heading=_("Hero"),
        ),
        BasePage.introduction_panel,
        FieldPanel("body"),
        BasePage.reading_panel,
    ]
    search_fields = [
        *BasePage.search_fields,
        index.SearchField("hero_text"),
        index.SearchField("body"),
    ]
    parent_page_types = ["wagtailcore.Page"]
    page_description = _("The front page of the site, one in each language.")

    class Meta:
        verbose_name = _("home page")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """Return the page below with one look-up of the whole path; raises Http404.

        Wagtail looks up every level on the way, twice, and no type of ours routes in its own way.
        """
        if not path_components:
            return super().route(request, path_components)
        below = "/".join(path_components)
        page = self.get_descendants().filter(url_path=f"{self.url_path}{below}/").first()
        if page is None:
            raise Http404
        return page.specific.route(request, [])


class ContentPage(BasePage):
    """A page whose substance is its content stream."""

    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    content_panels = [
        BasePage.translation_panel,
        *Page.content_panels,
        BasePage.introduction_panel,
        FieldPanel("body"),
        BasePage.reading_panel,
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]

    class Meta:
        abstract = True


class StandardPage(ContentPage):
    """A page of the clinic: our approach, privacy, accessibility, notices."""

    illustration = models.CharField(
        _("illustration"),
        max_length=60,
        blank=True,
        choices=illustrations.choices,
        help_text=_("Stands beside the title."),
    )

    content_panels = [
        BasePage.translation_panel,
        *Page.content_panels,
        BasePage.introduction_panel,
        FieldPanel("illustration"),
        FieldPanel("body"),
        BasePage.reading_panel,
    ]
    parent_page_types = ["clinic.HomePage", "clinic.StandardPage"]
    subpage_types = ["clinic.StandardPage"]
    page_description = _("A page about the clinic: our approach, privacy, notices.")

    class Meta:
        verbose_name = _("standard page")


class PeoplePage(ContentPage):
    """The specialists of the clinic."""

    parent_page_types = ["clinic.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    page_description = _("Shows every person of the site. People are edited under Snippets.")

    class Meta:
        verbose_name = _("people page")


class ContactPage(ContentPage):
    """How to reach and visit the clinic."""

    parent_page_types = ["clinic.HomePage"]
    subpage_types: list[str] = []
    max_count_per_parent = 1
    page_description = _("Address, phone numbers and hours from the settings, and directions.")

    class Meta:
        verbose_name = _("contact page")
