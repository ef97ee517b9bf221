"""What operators set for watching the site: one frozen object, ``settings.OPERATING``."""

from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Operating:
    """Who is told, how often we try ourselves, and from when on readiness is red.

    A limit of nothing (zero) switches that check off.
    """

    operators: tuple[str, ...]
    metrics_token: str
    synthetic_every: timedelta
    synthetic_email: str
    synthetic_silence: timedelta
    worker_silence: timedelta
    queue_age: timedelta
    given_up_mails: int
    registry_silence: timedelta
    backup_age: timedelta


def operating(env: Any, *, is_demo: bool, sender: str) -> Operating:
    """Return what the environment says; ``sender`` is the address that our mails come from."""
    every = env.int("SYNTHETIC_EVERY_MINUTES", default=15)
    return Operating(
        operators=tuple(env.list("OPERATORS_EMAIL", default=[])),
        metrics_token=env("METRICS_TOKEN", default=""),
        synthetic_every=timedelta(minutes=every),
        synthetic_email=env("SYNTHETIC_EMAIL", default=parseaddr(sender)[1]),
        synthetic_silence=timedelta(minutes=env.int("READY_SYNTHETIC_MINUTES", default=3 * every)),
        worker_silence=timedelta(seconds=env.int("READY_WORKER_SECONDS", default=120)),
        queue_age=timedelta(minutes=env.int("READY_QUEUE_MINUTES", default=15)),
        given_up_mails=env.int("READY_GIVEN_UP_MAILS", default=10),
        registry_silence=timedelta(hours=env.int("READY_REGISTRY_HOURS", default=48)),
        backup_age=timedelta(hours=env.int("READY_BACKUP_HOURS", default=0 if is_demo else 26)),
    )
