"""Cancer types, therapy types and biomarkers with the words that people use for them."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinic import illustrations


class VocabularyTerm(models.Model):
    """A term with a name per language and a stable slug for addresses."""

    slug = models.SlugField(_("slug"), unique=True)
    name_en = models.CharField(_("English name"), max_length=120)
    name_es = models.CharField(_("Spanish name"), max_length=120)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        abstract = True
        ordering = ["sort_order", "name_en"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Return the name in the active language."""
        return self.name_es if (get_language() or "en").startswith("es") else self.name_en


class CancerType(VocabularyTerm):
    """A kind of cancer; broader kinds are parents."""

    class Family(models.TextChoices):
        SOLID = "solid", _("Solid cancer")
        BLOOD = "blood", _("Blood cancer")

    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("broader type"),
    )
    family = models.CharField(_("family"), max_length=10, choices=Family)

    class Meta(VocabularyTerm.Meta):
        verbose_name = _("cancer type")
        verbose_name_plural = _("cancer types")


class TherapyType(VocabularyTerm):
    """A kind of immunotherapy."""

    description_en = models.TextField(_("English description"), blank=True)
    description_es = models.TextField(_("Spanish description"), blank=True)
    illustration = models.CharField(
        _("illustration"), max_length=60, blank=True, choices=illustrations.choices
    )

    class Meta(VocabularyTerm.Meta):
        verbose_name = _("therapy type")
        verbose_name_plural = _("therapy types")

    @property
    def description(self) -> str:
        """Return the description in the active language."""
        spanish = (get_language() or "en").startswith("es")
        return self.description_es if spanish else self.description_en


class Biomarker(VocabularyTerm):
    """A sign that a test finds on or in a cancer, by which trials choose people."""

    class Meta(VocabularyTerm.Meta):
        verbose_name = _("biomarker")
        verbose_name_plural = _("biomarkers")


class Synonym(models.Model):
    """Another word for an entry of a vocabulary; drug names belong to therapy types."""

    class Kind(models.TextChoices):
        LAY = "lay", _("Everyday word")
        MEDICAL = "medical", _("Medical term")
        ABBREVIATION = "abbreviation", _("Abbreviation")
        GENERIC = "generic", _("Generic drug name")
        BRAND = "brand", _("Brand name")

    term = models.CharField(_("term"), max_length=120)
    language = models.CharField(_("language"), max_length=2, choices=[("en", "en"), ("es", "es")])
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    cancer_type = models.ForeignKey(
        CancerType, on_delete=models.CASCADE, null=True, blank=True, related_name="synonyms"
    )
    therapy_type = models.ForeignKey(
        TherapyType, on_delete=models.CASCADE, null=True, blank=True, related_name="synonyms"
    )
    biomarker = models.ForeignKey(
        Biomarker, on_delete=models.CASCADE, null=True, blank=True, related_name="synonyms"
    )
    generic = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="brands",
        help_text=_("For a brand name: the generic name of the same drug."),
    )

    class Meta:
        ordering = ["term"]
        verbose_name = _("synonym")
        verbose_name_plural = _("synonyms")
        constraints = [
            models.CheckConstraint(
                name="synonym_of_exactly_one_term",
                condition=models.Q(
                    cancer_type__isnull=False, therapy_type__isnull=True, biomarker__isnull=True
                )
                | models.Q(
                    cancer_type__isnull=True, therapy_type__isnull=False, biomarker__isnull=True
                )
                | models.Q(
                    cancer_type__isnull=True, therapy_type__isnull=True, biomarker__isnull=False
                ),
            ),
            models.CheckConstraint(
                name="synonym_of_biomarker_is_no_drug",
                condition=models.Q(biomarker__isnull=True)
                | ~models.Q(kind__in=["generic", "brand"]),
            ),
            models.UniqueConstraint(
                fields=["term", "language", "cancer_type", "therapy_type", "biomarker"],
                name="synonym_once_per_term",
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.term
