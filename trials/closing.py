"""What happens the moment our site stops taking people for a trial."""

from datetime import datetime

from django.dispatch import Signal

from trials.models import Trial

# Sent with ``trials`` inside the transaction that closes them, for what hangs on open trials.
our_site_closed = Signal()


def site_changed_at(trial: Trial, held: Trial | None, now: datetime) -> datetime | None:
    """Return when our site opened or closed: now, or what we knew; None when we never saw it."""
    was_open = held.our_site_open if held else False
    if trial.our_site_open != was_open:
        return now
    return held.our_site_changed_at if held else None


def close(trials: list[Trial]) -> None:
    """Tell those who listen that our site takes nobody any more for these trials."""
    if trials:
        our_site_closed.send(sender=Trial, trials=trials)
