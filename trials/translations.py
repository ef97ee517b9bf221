"""Which of our texts about open trials are not on the Spanish site."""

from django.db.models import Exists, OuterRef

from trials.models import PlainSummary

SPANISH = "es"


def without_spanish() -> list[PlainSummary]:
    """Return the live English summaries of trials open here that have no live Spanish one.

    On those pages the site says in Spanish that we explain the trial by phone, free of charge.
    """
    shown = PlainSummary.objects.shown()
    spanish = shown.filter(trial=OuterRef("trial"), locale__language_code=SPANISH)
    summaries = shown.filter(
        ~Exists(spanish), locale__language_code="en", trial__our_site_open=True
    )
    return list(summaries.select_related("trial").order_by("trial__nct_id"))
