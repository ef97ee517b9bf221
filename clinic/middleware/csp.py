"""The Content-Security-Policy of each kind of page."""

from csp.constants import HEADER, SELF, UNSAFE_INLINE
from csp.middleware import CSPMiddleware as BaseMiddleware
from csp.middleware import PolicyParts
from django.http import HttpRequest, HttpResponseBase

STAFF_PREFIX = "/admin/"
# Wagtail's own screens that write script or style into the page (wagtail#1288). Snippets have a
# namespace per model below the first of these names.
INLINE_NAMESPACES = (
    "wagtailadmin_collections",
    "wagtailadmin_pages",
    "wagtailadmin_reports",
    "wagtailadmin_workflows",
    "wagtailadmin_workflow_tasks",
    "wagtaildocs",
    "wagtailimages",
    "wagtailredirects",
    "wagtailsettings",
    "wagtailsites",
    "wagtailsnippets",
    "wagtailusers_groups",
    "wagtailusers_users",
)
INLINE_NAMES = {"wagtailadmin_explore", "wagtailadmin_explore_root", "wagtailadmin_explore_results"}
# What default-src does not speak for.
NEVER_INHERITED = "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Pages as the public sees them, shown to editors in a frame.
PREVIEW_NAMES = {
    "preview_on_add",
    "preview_on_edit",
    "view_draft",
    "revisions_view",
    "workflow_preview",
}


class CSPMiddleware(BaseMiddleware):
    """Public pages and our own screens allow nothing inline; Wagtail's editors must."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Return the answer with its policy; one that files bring along is made whole."""
        own = response.get(HEADER)
        response = super().process_response(request, response)
        if own and "frame-ancestors" not in own:
            response[HEADER] = f"{own}; {NEVER_INHERITED}"
        return response

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        """Return the policy of the settings, widened where the address needs it."""
        parts = super().get_policy_parts(request, response, report_only)
        # Wagtail asks for a preview at the page's own address, by a request within the editor's.
        is_preview = getattr(request, "is_dummy", False)
        if (request.path_info.startswith(STAFF_PREFIX) or is_preview) and not report_only:
            replaced = {"frame-ancestors": [SELF], "img-src": [SELF, "data:", "blob:"]}
            if _needs_inline(request):
                replaced |= {
                    "script-src": [SELF, UNSAFE_INLINE],
                    "style-src": [SELF, UNSAFE_INLINE],
                }
            parts.replace = {**replaced, **(parts.replace or {})}
        return parts


def _needs_inline(request: HttpRequest) -> bool:
    match = request.resolver_match
    if match is None or match.url_name in PREVIEW_NAMES:
        return False
    return match.view_name in INLINE_NAMES or match.namespace.startswith(INLINE_NAMESPACES)
