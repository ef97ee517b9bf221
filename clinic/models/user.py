from typing import Any

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    """Makes users who log in with their e-mail address."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new user; raises ValueError without an e-mail address."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a break-glass account: nobody works with one day to day."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractUser):
    """A member of staff; patients have no accounts."""

    username = None  # type: ignore[assignment]
    email = models.EmailField(_("e-mail address"), unique=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []

    objects = UserManager()  # type: ignore[misc,assignment]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_ignores_case")]

    def person_for(self, locale: Any) -> Any:
        """Return the Person this login signs reviews as, in the text's language if there is one."""
        people = list(self.people.all())  # type: ignore[attr-defined]
        same_language = [person for person in people if locale and person.locale_id == locale.pk]
        return next(iter(same_language or people), None)

    @property
    def signature(self) -> str:
        """Return the name that signs this login's reviews; empty when it is linked to nobody."""
        person = self.person_for(None)
        return person.display_name if person else ""


class StaffMemberManager(UserManager):
    """Leaves out the break-glass accounts: nobody manages those in the admin."""

    def get_queryset(self) -> models.QuerySet[Any]:
        return super().get_queryset().filter(is_superuser=False)


class StaffMember(User):
    """A user as site administrators manage them: with permissions of its own."""

    objects = StaffMemberManager()  # type: ignore[misc,assignment]

    class Meta:
        proxy = True
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
