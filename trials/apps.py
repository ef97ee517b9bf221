from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class TrialsConfig(AppConfig):
    name = "trials"
    verbose_name = _("Clinical trials")

    def ready(self) -> None:
        """Register messages; listen to changes, except in the public process, which makes none."""
        from trials import alerts

        alerts.register()
        if settings.PROCESS != "public":
            from trials import signal_handlers

            signal_handlers.connect()
