"""Address of the site search, below the language prefix."""

from django.urls import path

from clinic.search_views import site_search

urlpatterns = [path("", site_search, name="site_search")]
