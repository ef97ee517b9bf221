from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models

from trials.models.trial import Trial


class SearchDocument(models.Model):
    """All that a search needs of one listed trial in one language, in one narrow row.

    Derived data: written by ``trials.search_documents.refresh`` alone. Unlisted trials have none.
    """

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="search_documents")
    language = models.CharField(max_length=2)
    vector = SearchVectorField()
    title = models.TextField()
    rank = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=100)
    cancer_types = ArrayField(models.BigIntegerField(), default=list)
    therapy_types = ArrayField(models.BigIntegerField(), default=list)
    # All values of the search's filters as numbers, see trials.facet_codes.
    facets = ArrayField(models.BigIntegerField(), default=list)
    # The last day on which the plain summary in here may be shown.
    summary_until = models.DateField(null=True)
    minimum_age_days = models.PositiveIntegerField(default=0)
    maximum_age_days = models.PositiveIntegerField(null=True)
    updated = models.DateField(null=True)
    start = models.DateField(null=True)

    class Meta:
        indexes = [
            # One for each language: words of the other one are neither looked at nor counted on.
            *(
                GinIndex(
                    fields=["vector"],
                    condition=models.Q(language=language),
                    name=f"search_document_vector_{language}",
                )
                for language in ("en", "es")
            ),
            models.Index(
                fields=["summary_until"],
                condition=models.Q(summary_until__isnull=False),
                name="search_document_until",
            ),
            # In the order of the list, with all that filters and counts need: without words, the
            # wide rows of the table are hardly read at all.
            models.Index(
                "language",
                "rank",
                models.F("updated").desc(nulls_last=True),
                "trial_id",
                include=["facets", "minimum_age_days", "maximum_age_days"],
                name="search_document_list",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["trial", "language"], name="search_document_once"),
            models.CheckConstraint(
                name="search_document_language", condition=models.Q(language__in=["en", "es"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.trial_id} {self.language}"
