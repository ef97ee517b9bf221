"""The clinic's own page types; education has its own."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from clinic.blocks import BodyBlock
from clinic.models.review import ClinicallyReviewedMixin


class BasePage(ClinicallyReviewedMixin, Page):
    """What every page of the site has: an introduction and a clinical review."""

    introduction = models.TextField(
        _("introduction"),
        blank=True,
        help_text=_("The answer in one or two sentences. It also describes the page in lists."),
    )

    content_panels = [*Page.content_panels, FieldPanel("introduction")]
    search_fields = [*Page.search_fields, index.SearchField("introduction", boost=2)]
    show_in_menus_default = False

    class Meta:
        abstract = True


class HomePage(BasePage):
    """The front page, one per language."""

    hero_title = models.CharField(_("hero title"), max_length=120)
    hero_text = models.TextField(_("hero text"))
    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    content_panels = [
        *Page.content_panels,
        FieldPanel("hero_title"),
        FieldPanel("hero_text"),
        FieldPanel("introduction"),
        FieldPanel("body"),
    ]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    parent_page_types = ["wagtailcore.Page"]
    page_description = _("The front page of the site.")

    class Meta:
        verbose_name = _("home page")


class StandardPage(BasePage):
    """A page of the clinic: our approach, privacy, accessibility, notices."""

    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    parent_page_types = ["clinic.HomePage", "clinic.StandardPage"]
    subpage_types = ["clinic.StandardPage"]
    page_description = _("A page about the clinic.")

    class Meta:
        verbose_name = _("standard page")


class PeoplePage(BasePage):
    """The specialists of the clinic."""

    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    parent_page_types = ["clinic.HomePage"]
    subpage_types: list[str] = []
    page_description = _("Shows every person of the site.")

    class Meta:
        verbose_name = _("people page")


class ContactPage(BasePage):
    """How to reach and visit the clinic."""

    body = StreamField(BodyBlock(), blank=True, verbose_name=_("content"))

    content_panels = [*BasePage.content_panels, FieldPanel("body")]
    search_fields = [*BasePage.search_fields, index.SearchField("body")]
    parent_page_types = ["clinic.HomePage"]
    subpage_types: list[str] = []
    page_description = _("Address, phone numbers, hours and directions.")

    class Meta:
        verbose_name = _("contact page")
