import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import TranslatableMixin


class PersonQuerySet(models.QuerySet["Person"]):
    """Reads of people in the words of the site."""

    def for_listing(self) -> "PersonQuerySet":
        """Return those whom the site lists in the active language, with photos and renditions."""
        language = (get_language() or settings.LANGUAGE_CODE).split("-")[0]
        return (
            self.filter(locale__language_code=language, is_listed=True)
            .select_related("photo")
            .prefetch_related("photo__renditions")
        )


class Person(TranslatableMixin, models.Model):
    """A specialist whom the site shows: on the people page and as reviewer of pages."""

    name = models.CharField(_("name"), max_length=120)
    credential = models.CharField(
        _("credential"), max_length=60, blank=True, help_text=_("For example: MD, PhD, RN, PharmD")
    )
    role = models.CharField(_("role"), max_length=160)
    area = models.CharField(
        _("area of care"),
        max_length=120,
        blank=True,
        help_text=_("For example: Radiation oncology"),
    )
    bio = models.TextField(_("short biography"), blank=True)
    photo = models.ForeignKey(
        settings.WAGTAILIMAGES_IMAGE_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("photo"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("login"),
        help_text=_("The login of this person. Reviews signed with it carry this name."),
    )
    is_qualified_translator = models.BooleanField(
        _("qualified translator"),
        default=False,
        help_text=_("Signs translations with this name: no translation goes live without that."),
    )
    is_listed = models.BooleanField(
        _("on the people page"),
        default=True,
        help_text=_("Turn off for translators whom patients do not meet."),
    )
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)
    translation_key = models.UUIDField(default=uuid.uuid4, editable=False)

    objects = PersonQuerySet.as_manager()

    panels = [
        FieldPanel("name"),
        FieldPanel("credential"),
        FieldPanel("role"),
        FieldPanel("area"),
        FieldPanel("bio"),
        FieldPanel("photo"),
        FieldPanel("user"),
        FieldPanel("is_qualified_translator"),
        FieldPanel("is_listed"),
        FieldPanel("sort_order"),
    ]

    class Meta(TranslatableMixin.Meta):
        ordering = ["sort_order", "name"]
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """Return the name with its credential, as bylines print it."""
        return f"{self.name}, {self.credential}" if self.credential else self.name

    @property
    def initials(self) -> str:
        """Return up to two letters that stand for a missing photo."""
        words = self.name.replace("Dr.", "").split()
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words))
