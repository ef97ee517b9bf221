"""Giving many inquiries to one person: each is checked by itself, and a refusal stops no other."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from clinic.models import User
from trials.inquiries.models import Inquiry
from trials.inquiries.services.changing import RefusedError
from trials.inquiries.services.working import assign


@dataclass(frozen=True)
class BulkResult:
    """How many were given, and why others were not, by reference.

    ``stopping`` are those given ones whose sender asked to stop, and wrote urgent words.
    """

    assigned: list[str] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    stopping: list[str] = field(default_factory=list)


def bulk_assign(
    *,
    chosen: Sequence[tuple[uuid.UUID, int]],
    assignee: User,
    actor: User,
    request: HttpRequest | None = None,
) -> BulkResult:
    """Give each chosen inquiry (id, version as shown) to a person; return what became of each.

    Each is a transaction of its own: what was refused leaves the others given. An inquiry whose
    sender wants to stop is not handed on by the way: nobody works on it until that is decided. With
    urgent words it is, because somebody has to look after the person first; ``stopping`` names it.
    """
    visible = Inquiry.objects.visible_to(actor).filter(pk__in=[pk for pk, _version in chosen])
    references = dict(visible.values_list("pk", "reference"))
    asked = visible.asked_to_stop()
    urgent = set(asked.urgent().values_list("pk", flat=True))
    stopped = set(asked.values_list("pk", flat=True)) - urgent
    result = BulkResult()
    for pk, version in chosen:
        try:
            if pk in stopped:
                raise RefusedError(
                    _(
                        "The sender asked to withdraw or to be erased. Nobody works on it until "
                        "that is done. If somebody has to, open it and assign it there."
                    )
                )
            inquiry = assign(
                inquiry_id=pk, assignee=assignee, actor=actor, version=version, request=request
            )
        except RefusedError as refusal:
            result.refused.append((references.get(pk, ""), str(refusal)))
        except Http404:
            result.refused.append(("", _("You may not see this inquiry.")))
        else:
            result.assigned.append(inquiry.reference)
            if pk in urgent:
                result.stopping.append(inquiry.reference)
    return result
