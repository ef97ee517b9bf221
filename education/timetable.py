"""What the worker does for patient education."""

from datetime import timedelta

from clinic.jobs import Job
from education.feedback import forget_old_feedback

JOBS = [
    Job(name="education.forget_feedback", run=forget_old_feedback, every=timedelta(days=1)),
]
