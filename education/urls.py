"""Addresses of the glossary, below the language prefix."""

from django.urls import path

from education.views import glossary

app_name = "education"
urlpatterns = [path("", glossary, name="glossary")]
