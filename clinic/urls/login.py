"""Addresses of the login: allauth's, without sign-up and without changing one's own address."""

from django.urls import include, path

from clinic.not_here import not_here

urlpatterns = [
    path("signup/", not_here),
    path("email/", not_here),
    path("confirm-email/", not_here),
    path("confirm-email/<path:key>", not_here),
    path("login/code/confirm/", not_here),
    path("", include("allauth.urls")),
]
