"""What a reviewer sees at a glance of a plain summary: the team's signature, the ethics board."""

from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.models.translation import draft_sha256
from trials.models import PlainSummary


def review_facts(text: Any) -> list[tuple[str, str, str]]:
    """Return label, words and address of each fact; none for other texts."""
    if not isinstance(text, PlainSummary):
        return []
    address = text.trial.get_absolute_url()
    signature = text.team_signature(draft_sha256(text))
    team = _("nobody has signed this text as it is now")
    if signature is not None:
        team = _("signed by %(name)s on %(date)s") % {
            "name": signature.signer_name,
            "date": date_format(signature.signed_at, "DATE_FORMAT"),
        }
    board = " ".join(text.publication_problems()) or text.irb_reference
    return [(_("The trial’s team"), team, address), (_("Ethics board (IRB)"), board, address)]
