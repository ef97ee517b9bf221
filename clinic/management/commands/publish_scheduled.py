"""Wagtail's scheduled publishing, which runs as nobody and asks for no permission.

A revision whose content is not the approved one is taken off the schedule first, so that one bad
schedule neither goes live nor stops the others.
"""

from typing import Any

from wagtail.management.commands import publish_scheduled

from clinic.scheduling import withdraw_unapproved_schedules


class Command(publish_scheduled.Command):
    help = "Publishes what was approved for a time that has come, and expires what has ended."

    def handle(self, *args: Any, **options: Any) -> None:
        """Withdraw what nobody approved, then publish the rest."""
        if not options["dryrun"]:
            for revision in withdraw_unapproved_schedules():
                self.stdout.write(
                    f"Not published, the content is not the approved one: "
                    f"{revision.content_type.model} {revision.object_id}, revision {revision.pk}"
                )
        super().handle(*args, **options)
