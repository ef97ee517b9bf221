"""What the worker does for inquiries."""

from datetime import time, timedelta

from clinic.jobs import Job
from trials.inquiries.desk_mails import remind_of_next_actions
from trials.inquiries.lookup import index_submissions
from trials.inquiries.reminders import remind_teams
from trials.inquiries.services import (
    adopt_ownerless,
    answer_link_requests,
    apply_retention,
    carry_out_erasures,
    escalate_overdue,
    measure_replies,
    note_undelivered,
    revive_late_sendings,
    work_off_requests,
)
from trials.inquiries.services.drafts import delete_old_drafts
from trials.inquiries.services.synthetic import follow_all, send_when_due

JOBS = [
    Job(name="inquiries.index_submissions", run=index_submissions, every=timedelta(seconds=30)),
    Job(name="inquiries.adopt_ownerless", run=adopt_ownerless, every=timedelta(minutes=1)),
    Job(name="inquiries.sender_requests", run=work_off_requests, every=timedelta(seconds=10)),
    Job(
        name="inquiries.carry_out_erasures",
        run=carry_out_erasures,
        every=timedelta(seconds=10),
        alarm_after=timedelta(hours=1),
    ),
    Job(name="inquiries.revive", run=revive_late_sendings, every=timedelta(minutes=1)),
    Job(
        name="inquiries.apply_retention",
        run=apply_retention,
        every=timedelta(hours=1),
        alarm_after=timedelta(days=2),
    ),
    Job(name="inquiries.new_links", run=answer_link_requests, every=timedelta(seconds=10)),
    Job(name="inquiries.undelivered", run=note_undelivered, every=timedelta(seconds=30)),
    Job(name="inquiries.escalate", run=escalate_overdue, every=timedelta(minutes=5)),
    Job(name="inquiries.reply_figures", run=measure_replies, every=timedelta(hours=1)),
    Job(name="inquiries.remind_teams", run=remind_teams, daily_at=time(7)),
    Job(name="inquiries.next_actions", run=remind_of_next_actions, daily_at=time(7)),
    Job(name="inquiries.delete_old_drafts", run=delete_old_drafts, daily_at=time(3)),
    Job(name="inquiries.send_synthetic", run=send_when_due, every=timedelta(minutes=1)),
    Job(name="inquiries.follow_synthetic", run=follow_all, every=timedelta(seconds=10)),
]
