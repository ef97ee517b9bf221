"""What the worker does for inquiries."""

from datetime import time, timedelta

from clinic.jobs import Job
from trials.inquiries.lookup import index_submissions
from trials.inquiries.reminders import remind_teams
from trials.inquiries.services import adopt_ownerless

JOBS = [
    Job(name="inquiries.index_submissions", run=index_submissions, every=timedelta(seconds=30)),
    Job(name="inquiries.adopt_ownerless", run=adopt_ownerless, every=timedelta(minutes=1)),
    Job(name="inquiries.remind_teams", run=remind_teams, daily_at=time(7)),
]
