"""Whether the private keys open what the public key seals, asked again and again.

The keys of this process are tried here. That the public door, a process of its own, seals for the
same key shows in the synthetic inquiries.
"""

import logging

from django.utils.translation import gettext as _

from clinic.sealing import keys_fit

logger = logging.getLogger(__name__)

JOB = "clinic.key_canary"


class KeysDoNotFitError(Exception):
    """No private key of this process opens what SEALING_PUBLIC_KEY seals."""


def try_keys() -> None:
    """Seal and open something; raises KeysDoNotFitError, which fails the job for all to see."""
    if not keys_fit():
        raise KeysDoNotFitError


def tell_when_keys_do_not_fit() -> None:
    """Say so in the log, at the start of a worker; it goes on with what needs no key."""
    if not keys_fit():
        logger.critical(
            "SEALING_PRIVATE_KEYS do not open what SEALING_PUBLIC_KEY seals: what people send "
            "now cannot be read here. See docs/runbooks/key-rotation.md."
        )


def keys_problem() -> str | None:
    """Return what is wrong with the keys of this process, which holds private ones."""
    return None if keys_fit() else _("no private key opens what is sealed now")
