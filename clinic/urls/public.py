"""Addresses of the public door."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path
from wagtail import urls as wagtail_urls

from clinic.media import serve_picture

urlpatterns = [
    path("", include("clinic.health_urls")),
    path("media/<path:path>", serve_picture),
    path("documents/", include("wagtail.documents.urls")),
    path("api/v1/trials/", include("trials.api_urls")),
    *i18n_patterns(
        path("", include("trials.inquiries.urls")),
        path("trials/", include("trials.urls")),
        path("search/", include("clinic.search_urls")),
        path("", include(wagtail_urls)),
        prefix_default_language=True,
    ),
]

handler400 = "clinic.error_pages.bad_request"
handler403 = "clinic.error_pages.permission_denied"
handler404 = "clinic.error_pages.not_found"
handler500 = "clinic.error_pages.server_error"
