"""What the benchmark measures of inquiries."""

from django.urls import reverse

from trials.models import Trial


def pages() -> dict[str, str]:
    """Return the interest form of a trial that is open."""
    trial = Trial.objects.open_at_our_site().order_by("nct_id").first()
    return {"interest form": reverse("inquiries:interest", args=[trial.nct_id])} if trial else {}
