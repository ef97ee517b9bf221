"""Addresses of the public door."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import include, path, re_path
from wagtail.urls import serve_pattern
from wagtail.views import serve

from clinic.favicon import favicon
from clinic.media import serve_picture
from clinic.not_here import not_here, to_staff_door
from clinic.sitemap import robots, sitemap, sitemap_file

site_patterns = [
    path("", include("clinic.health_urls")),
    path("favicon.ico", favicon),
    path("robots.txt", robots),
    path("sitemap.xml", sitemap),
    path("sitemap-<int:number>.xml", sitemap_file, name="sitemap_file"),
    path("media/<path:path>", serve_picture),
    path("documents/", include("wagtail.documents.urls")),
    path("api/v1/", include("trials.api.urls")),
    path("feeds/", include("trials.feed_urls")),
    path("fhir/", include("trials.fhir.urls")),
    *i18n_patterns(
        path("", include("trials.inquiries.urls")),
        path("trials/", include("trials.urls")),
        path("glossary/", include("education.urls")),
        path("feedback/", include("education.feedback_urls")),
        path("search/", include("clinic.search_urls")),
        # Not wagtail.urls: they bring a login of their own, which knows no second factor.
        path("_util/login/", not_here, name="wagtailcore_login"),
        re_path(serve_pattern, serve, name="wagtail_serve"),
        prefix_default_language=True,
    ),
]

urlpatterns = [re_path(r"^admin(?:/|$)", to_staff_door), *site_patterns]

handler400 = "clinic.error_pages.bad_request"
handler403 = "clinic.error_pages.permission_denied"
handler404 = "clinic.error_pages.not_found"
handler500 = "clinic.error_pages.server_error"
