"""Forms of the list for later."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from trials.inquiries.later_enums import ENDED_BY_STAFF, MONTHS, AgreedBy
from trials.inquiries.staff_forms import VersionedForm


class LaterForm(VersionedForm):
    """How, when and for how long a person agreed, in the order of the talk."""

    was_read = forms.BooleanField(
        label=_("The person heard or read this text, in their language, and agreed"),
        error_messages={"required": _("Read the text to the person first, and ask.")},
    )
    agreed_by = forms.ChoiceField(label=_("How did they agree?"), choices=AgreedBy)
    agreed_on = forms.DateField(
        label=_("On which day?"), widget=forms.DateInput(attrs={"type": "date"})
    )
    months = forms.TypedChoiceField(label=_("For how long?"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["months"].choices = [  # type: ignore[attr-defined]
            (number, ngettext("%(number)d month", "%(number)d months", number) % {"number": number})
            for number in MONTHS
        ]


class OffListForm(VersionedForm):
    """Why a person is on the list no more."""

    end = forms.ChoiceField(
        label=_("Why?"), choices=[(end.value, end.label) for end in ENDED_BY_STAFF]
    )
