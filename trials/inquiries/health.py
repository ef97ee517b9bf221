"""Whether inquiries arrive and are answered: a part of readiness."""

from django.conf import settings
from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.health import Check, hours_and_minutes
from trials.inquiries.models import Inquiry, SyntheticRun
from trials.inquiries.models.synthetic import Failure


def synthetic_problem() -> str | None:
    """Return what is wrong when no synthetic inquiry came through for too long."""
    limit, runs = settings.OPERATING.synthetic_silence, SyntheticRun.objects
    if not settings.OPERATING.synthetic_every or not limit:
        return None
    ended = runs.exclude(finished_at=None).order_by("-started_at")
    through = ended.filter(failure="").values_list("finished_at", flat=True).first()
    since = through or runs.aggregate(first=Min("started_at"))["first"]
    if since is None or timezone.now() - since <= limit:
        return None
    failure = ended.values_list("failure", flat=True).first()
    return _("no synthetic inquiry came through for %(time)s: %(failure)s") % {
        "time": hours_and_minutes(timezone.now() - since),
        "failure": Failure(failure).label if failure else _("none was sent"),
    }


def public_key_problem() -> str | None:
    """Return what is wrong when the public door seals for a key that does not open, at once."""
    ended = SyntheticRun.objects.exclude(finished_at=None).order_by("-started_at")
    newest = ended.filter(failure__in=("", Failure.KEYS)).values_list("failure", flat=True).first()
    return _("no private key opens what the public door seals") if newest else None


def _overdue() -> str | None:
    count = Inquiry.objects.overdue(timezone.now()).count()
    if not count:
        return None
    sentence = ngettext("%(count)d inquiry is overdue", "%(count)d inquiries are overdue", count)
    return sentence % {"count": count}


CHECKS: dict[str, Check] = {"synthetic": synthetic_problem, "public_key": public_key_problem}
OF_THE_WORKER = set(CHECKS)
WARNINGS: dict[str, Check] = {"overdue": _overdue}
