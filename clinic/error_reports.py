"""What an error report may hold: nothing that a visitor or a member of staff sent."""

from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class PrivateExceptionReporterFilter(SafeExceptionReporterFilter):
    """Leaves out the values of variables, posts, cookies and queries; always, not only marked."""

    def is_active(self, request: HttpRequest | None) -> bool:
        """Return True."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """Return the names of the fields alone."""
        return dict.fromkeys(request.POST, self.cleansed_substitute) if request else {}

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: Any) -> Any:
        """Return the names of the variables alone."""
        return [(name, self.cleansed_substitute) for name in tb_frame.f_locals]

    def get_safe_request_meta(self, request: HttpRequest) -> dict[str, Any]:
        """Return the method and path, which is all that a report needs."""
        return {name: request.META.get(name) for name in ("REQUEST_METHOD", "PATH_INFO")}

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        """Return no cookie."""
        return {}
