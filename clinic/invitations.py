"""The way in for people who have no password yet: the mail that "forgot your password" sends."""

from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.forms import ResetPasswordForm, default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.core.context import request_context
from django.conf import settings
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest

from clinic.audit import record_event
from clinic.models import StaffMember, User
from clinic.roles import ADMINISTRATORS


def send_invitation(member: User, request: HttpRequest | None = None) -> None:
    """Mail the link that sets a password; raises OSError when the mail server refuses."""
    request = request or _request_of_the_staff_door()
    form = ResetPasswordForm({"email": member.email})
    with request_context(request):
        if form.is_valid():
            form.save(request)


def invitation_link(member: User) -> str:
    """Return the link that the mail would hold, for somebody whom no mail reaches yet."""
    key = f"{user_pk_to_url_str(member)}-{default_token_generator.make_token(member)}"
    with request_context(_request_of_the_staff_door()):
        return get_adapter().get_reset_password_from_key_url(key)


@transaction.atomic
def add_administrator(email: str) -> User:
    """Return the login with the role of site administrator, made when there is none.

    Raises ValidationError for an address that is none, or whose login is closed or a break-glass
    account.
    """
    email = email.strip().lower()
    validate_email(email)
    found = User.objects.filter(email=email).first()
    if found and (found.is_superuser or not found.is_active):
        raise ValidationError("This login is a break-glass account or was deactivated.")
    if found is None:
        User.objects.create_user(email)
    member = StaffMember.objects.get(email=email)
    role = Group.objects.get(name=ADMINISTRATORS)
    if role not in member.groups.all():
        member.groups.add(role)
        record_event(
            action="staff.changed" if found else "staff.added",
            object_type="user",
            object_id=member.pk,
            data={"roles": sorted(member.groups.values_list("name", flat=True))},
        )
    return member


def _request_of_the_staff_door() -> HttpRequest:
    """Return a request as from the staff door: mails name the host of one."""
    address = urlsplit(settings.STAFF_URL)
    request = HttpRequest()
    request.META.update(SERVER_NAME=address.hostname, SERVER_PORT=str(address.port or 443))
    return request
