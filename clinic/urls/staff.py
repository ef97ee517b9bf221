"""Addresses of the staff door: the public ones, the admin and its login."""

from django.urls import include, path

from clinic.health_views import metrics
from clinic.urls.public import site_patterns

urlpatterns = [
    path("admin/auth/", include("clinic.urls.login")),
    path("admin/", include("clinic.urls.admin")),
    path("metrics", metrics, name="metrics"),
    *site_patterns,
]

handler400 = "clinic.error_pages.bad_request"
handler403 = "clinic.error_pages.permission_denied"
handler404 = "clinic.error_pages.not_found"
handler500 = "clinic.error_pages.server_error"
