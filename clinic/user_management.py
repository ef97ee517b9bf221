"""Staff and their roles: a site administrator grants the five roles and nothing else."""

from typing import Any

from allauth.mfa.models import Authenticator
from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets.button import Button

from clinic.audit import record_event
from clinic.fresh_login import FreshLoginMixin
from clinic.invitations import send_invitation
from clinic.models import StaffMember
from clinic.roles import ROLES
from clinic.sessions import end_sessions


class StaffForm(WagtailAdminModelForm):
    """Address, name and roles; no permission outside a role, no superuser."""

    roles = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Roles"),
        queryset=Group.objects.filter(name__in=ROLES),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = StaffMember
        fields = ["email", "first_name", "last_name", "is_active"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["roles"].initial = self.instance.groups.filter(name__in=ROLES)

    @property
    def is_own(self) -> bool:
        """Return whether people edit themselves."""
        return bool(self.for_user and self.instance.pk == self.for_user.pk)

    def clean_email(self) -> str:
        """Return the address in lower case; raises ValidationError when somebody has it."""
        email = self.cleaned_data["email"].lower()
        if (
            type(self.instance)
            ._base_manager.exclude(pk=self.instance.pk)
            .filter(email=email)
            .exists()
        ):
            raise ValidationError(_("Somebody already has this address."))
        return email

    def clean_roles(self) -> Any:
        """Return the roles; raises ValidationError when people change their own."""
        roles = self.cleaned_data["roles"]
        if self.is_own and set(roles) != set(self.instance.groups.filter(name__in=ROLES)):
            raise ValidationError(_("Another administrator has to change your own roles."))
        return roles

    def clean_is_active(self) -> bool:
        """Return the tick; raises ValidationError when people lock themselves out."""
        is_active = self.cleaned_data["is_active"]
        if self.is_own and not is_active:
            raise ValidationError(_("Another administrator has to deactivate your login."))
        return is_active

    def save(self, commit: bool = True) -> StaffMember:
        """Save the person and exactly the chosen roles."""
        if not self.instance.pk:
            self.instance.set_unusable_password()
        member = super().save(commit=commit)
        others = member.groups.exclude(name__in=ROLES)
        member.groups.set([*others, *self.cleaned_data["roles"]])
        return member


class SecondFactorResetForm(StaffForm):
    """Editing also helps those who lost their device."""

    reset_second_factor = forms.BooleanField(
        label=gettext_lazy("Remove every second factor"),
        help_text=gettext_lazy(
            "Only when the device is lost, and after you have spoken to the person: "
            "at the next login they set up a new one."
        ),
        required=False,
    )

    def clean_reset_second_factor(self) -> bool:
        """Return the tick; raises ValidationError for one's own second factor."""
        reset = self.cleaned_data["reset_second_factor"]
        if reset and self.is_own:
            raise ValidationError(_("Another administrator has to remove your second factor."))
        return reset


def _roles_of(member: StaffMember) -> list[str]:
    return sorted(member.groups.filter(name__in=ROLES).values_list("name", flat=True))


class StaffCreateView(FreshLoginMixin, generic.CreateView):
    """Adds a login without a password and mails the link that sets one."""

    @transaction.atomic
    def save_instance(self) -> StaffMember:
        """Return the new person, invited by mail once this is committed."""
        member = super().save_instance()
        record_event(
            action="staff.added",
            actor=self.request.user,
            object_type="user",
            object_id=member.pk,
            data={"roles": _roles_of(member)},
            request=self.request,
        )
        transaction.on_commit(lambda: self.invite(member))
        return member

    def invite(self, member: StaffMember) -> None:
        """Send the mail that "forgot your password" sends; say so when that fails."""
        try:
            send_invitation(member, self.request)
        except OSError:  # every failure of SMTP is one
            messages.warning(
                self.request,
                _("The invitation could not be sent. The person can ask for a new password."),
            )


class StaffEditView(FreshLoginMixin, generic.EditView):
    """Changes a person's name, roles and second factor."""

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Return Wagtail's buttons and the way to where the person is logged in."""
        url = reverse("staff_sessions", args=[self.object.pk])
        return [*super().header_more_buttons, Button(_("Logins"), url, icon_name="key")]

    @transaction.atomic
    def save_instance(self) -> StaffMember:
        """Return the changed person; what changed is audited.

        Whose roles or way in have changed is logged out: no open page shows what is theirs no more.
        """
        before = _roles_of(self.object)
        old = StaffMember.objects.get(pk=self.object.pk)
        member = super().save_instance()
        reset = self.form.cleaned_data.get("reset_second_factor", False)
        if reset:
            Authenticator.objects.filter(user_id=member.pk).delete()
        way_in = (old.email, old.is_active, before)
        if reset or way_in != (member.email, member.is_active, _roles_of(member)):
            end_sessions(member, keep=self.request.session.session_key)
        record_event(
            action="staff.changed",
            actor=self.request.user,
            object_type="user",
            object_id=member.pk,
            data={
                "roles_before": before,
                "roles": _roles_of(member),
                "was_active": old.is_active,
                "is_active": member.is_active,
                "second_factor_removed": reset,
            },
            request=self.request,
        )
        return member


class StaffViewSet(ModelViewSet):
    """The list of staff with the forms that add and change them."""

    model = StaffMember
    icon = "user"
    menu_label = gettext_lazy("Staff")
    menu_order = 700
    add_to_admin_menu = True
    name = "staff"
    list_display = ["email", "first_name", "last_name", "is_active", "last_login"]
    list_filter = ["is_active", "groups"]
    search_fields = ["email", "first_name", "last_name"]
    ordering = ["email"]
    copy_view_enabled = False
    inspect_view_enabled = False
    add_view_class = StaffCreateView
    edit_view_class = StaffEditView

    def get_form_class(self, for_update: bool = False) -> type[StaffForm]:
        """Return the form; only existing people have a second factor to remove."""
        return SecondFactorResetForm if for_update else StaffForm
