"""Logs staff in with the rights of their roles, and with no others."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import Permission
from django.db.models import QuerySet

from clinic.models import User


class RoleBackend(AuthenticationBackend):
    """allauth's login; a permission given to a single login opens nothing.

    Who may do what is then answered by the roles alone, which `clinic.roles` sets up and the
    screen of people shows. It also saves the query for such permissions on every staff page.
    """

    def _get_user_permissions(self, user_obj: User) -> QuerySet[Permission]:
        return Permission.objects.none()
