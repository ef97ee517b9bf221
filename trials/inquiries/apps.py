from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InquiriesConfig(AppConfig):
    name = "trials.inquiries"
    label = "inquiries"
    verbose_name = _("Inquiries")

    def ready(self) -> None:
        """Register the messages of this room with the outbox; listen to trials that close."""
        from trials.closing import our_site_closed
        from trials.inquiries import (
            desk_mails,
            late_notes,
            mails,
            message_audit,
            reminders,
            sender_mails,
            synthetic,
        )
        from trials.inquiries.services.closing_trials import task_for_open_inquiries

        mails.register()
        sender_mails.register()
        reminders.register()
        desk_mails.register()
        synthetic.register()
        late_notes.connect()
        message_audit.connect()
        our_site_closed.connect(task_for_open_inquiries, dispatch_uid="inquiries.closing")
