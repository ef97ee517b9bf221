"""What may be done only by somebody who has just shown again who they are."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import method_decorator
from django.views import View

needs_fresh_login = method_decorator(reauthentication_required)


class FreshLoginMixin(View):
    """Asks for the password or second factor before a form is taken, unless that was just done.

    What was sent is kept meanwhile and goes on by itself (``ACCOUNT_REAUTHENTICATION_TIMEOUT``:
    five minutes).
    """

    @needs_fresh_login
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Take the form, or lead to the password first."""
        return super().post(request, *args, **kwargs)  # type: ignore[misc,no-any-return]


class FreshPageMixin(FreshLoginMixin):
    """Asks before the page is shown too, so that its form seldom has to wait."""

    @method_decorator(reauthentication_required)
    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show the page, or lead to the password first."""
        return super().get(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
