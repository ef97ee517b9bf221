from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save
from django.utils.translation import gettext_lazy as _


class ClinicConfig(AppConfig):
    name = "clinic"
    verbose_name = _("Clinic")

    def ready(self) -> None:
        """Keep the roles in step with the code, and cached pages with what they show."""
        from clinic import (
            alarms,
            break_glass,
            checks,  # noqa: F401  (registers itself)
            database_roles,
            deletion_rules,
            login_audit,
            page_cache_signals,
            rendition_signals,
            review_digest,
            second_factor,
            social_images,
            superuser_audit,
            translation_signals,
            upload_rules,
        )
        from clinic.contact_card import remember_saved
        from clinic.models import ClinicSettings
        from clinic.roles import sync_after_migrate

        post_migrate.connect(sync_after_migrate, dispatch_uid="clinic.roles")
        post_migrate.connect(
            database_roles.sync_after_migrate, sender=self, dispatch_uid="clinic.database_roles"
        )
        page_cache_signals.connect()
        login_audit.connect()
        second_factor.connect()
        rendition_signals.connect()
        social_images.connect()
        superuser_audit.connect()
        translation_signals.connect()
        deletion_rules.connect()
        upload_rules.connect()
        review_digest.register()
        alarms.register()
        break_glass.register()
        post_save.connect(remember_saved, ClinicSettings, dispatch_uid="clinic.contact_card")
