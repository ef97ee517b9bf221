"""The screen on which somebody says that they will be away, and who stands in for them."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views import View
from wagtail.admin import messages

from clinic import absences
from clinic.models import Absence
from clinic.page_owner_views import name_of
from clinic.roles import LEADS

LONGEST_KEY = 18


class PersonChoice(forms.ModelChoiceField):
    """People by their names."""

    def label_from_instance(self, user: Any) -> str:
        """Return the words of one option."""
        return name_of(user)


class AbsenceForm(forms.Form):
    """Days and deputy; administrators and leads also choose who is away."""

    user = PersonChoice(queryset=None, label=_("Who is away"))
    first_day = forms.DateField(label=_("First day"), widget=forms.DateInput({"type": "date"}))
    last_day = forms.DateField(label=_("Last day"), widget=forms.DateInput({"type": "date"}))
    deputy = PersonChoice(
        queryset=None,
        label=_("Deputy"),
        help_text=_("Gets the mail about the pages and inquiries too, and acts in their own name."),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.me = user
        if for_others(user):
            people = absences.people_to_plan_for(user)
            if may_be_away(user):
                people |= absences.people_who_need_deputies().filter(pk=user.pk)
            self.fields["user"].queryset = people  # type: ignore[attr-defined]
            self.fields["deputy"].queryset = (  # type: ignore[attr-defined]
                absences.people_who_need_deputies()
            )
        else:
            del self.fields["user"]
            possible = absences.possible_deputies(user)
            self.fields["deputy"].queryset = possible  # type: ignore[attr-defined]

    def plan(self, request: HttpRequest) -> bool:
        """Note the absence; returns whether that was possible, else the form says why not."""
        if not self.is_valid():
            return False
        days = {name: self.cleaned_data[name] for name in ("first_day", "last_day", "deputy")}
        away = self.cleaned_data.get("user", self.me)
        try:
            absences.plan(user=away, **days, actor=self.me, request=request)
        except ValidationError as refusal:
            self.add_error(None, refusal)
            return False
        return True


class AbsencesView(View):
    """Lists absences to come; a POST notes one or ends one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.for_others = for_others(request.user)
        if not self.for_others and not may_be_away(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest) -> HttpResponse:
        """Return the screen."""
        return self._show(request, AbsenceForm(user=request.user))

    def post(self, request: HttpRequest) -> HttpResponse:
        """Do what the button says and come back."""
        if "end" in request.POST:
            absence = get_object_or_404(self._shown(request), pk=_number(request.POST["end"]))
            absences.end(absence, actor=request.user, request=request)
            messages.success(request, gettext("The absence is ended."))
            return redirect("absences")
        form = AbsenceForm(request.POST, user=request.user)
        if not form.plan(request):
            return self._show(request, form)
        messages.success(request, gettext("Noted. The deputy gets what is due in these days."))
        return redirect("absences")

    def _shown(self, request: Any) -> Any:
        to_come = Absence.objects.to_come(timezone.localdate()).select_related("user", "deputy")
        mine = Q(user=request.user)
        return to_come.filter(mine | Q(user__in=absences.people_to_plan_for(request.user)))

    def _show(self, request: HttpRequest, form: AbsenceForm) -> HttpResponse:
        today = timezone.localdate()
        rows = [
            {
                "absence": absence,
                "who": name_of(absence.user),
                "deputy": name_of(absence.deputy),
                "is_now": absence.first_day <= today,
            }
            for absence in self._shown(request)
        ]
        context = {
            "form": form,
            "rows": rows,
            "for_others": self.for_others,
            "nobody_can": not form.fields["deputy"].queryset.exists(),  # type: ignore[attr-defined]
            "covered": [name_of(user) for user in absences.covered_by(request.user).values()],
        }
        return TemplateResponse(request, "wagtailadmin/clinic/absences.html", context)


def _number(text: str) -> int:
    """Return the key that a button sends, 0 for what no button sends."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_KEY else 0


def for_others(user: Any) -> bool:
    """Return whether this person names deputies for people who fell ill."""
    is_lead = user.groups.filter(name=LEADS).exists()
    return is_lead or bool(user.has_perm(absences.FOR_OTHERS))


def may_be_away(user: Any) -> bool:
    """Return whether this person keeps pages or answers inquiries, so somebody has to stand in."""
    return user.groups.filter(name__in=absences.ROLES).exists()
