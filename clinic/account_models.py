"""allauth in a process that has its tables but no login."""

from allauth.account.apps import AccountConfig


class AccountModels(AccountConfig):
    """allauth's accounts without the demand for its middleware."""

    def ready(self) -> None:
        """Check nothing: the public door has no addresses, sessions or middleware of allauth's."""
