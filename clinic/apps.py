from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = _("Clinic")

    def ready(self) -> None:
        """Keep the roles in step with the code after every migrate."""
        from clinic.roles import sync_after_migrate

        post_migrate.connect(sync_after_migrate, dispatch_uid="clinic.roles")
