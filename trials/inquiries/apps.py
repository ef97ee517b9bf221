from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InquiriesConfig(AppConfig):
    name = "trials.inquiries"
    label = "inquiries"
    verbose_name = _("Inquiries")

    def ready(self) -> None:
        """Register the messages of this room with the outbox; listen to trials that close."""
        from trials.closing import our_site_closed
        from trials.inquiries import mails, reminders
        from trials.inquiries.services.closing_trials import task_for_open_inquiries

        mails.register()
        reminders.register()
        our_site_closed.connect(task_for_open_inquiries, dispatch_uid="inquiries.closing")
