from typing import Any

from django.test import Client


def test_icon__is_found_without_a_page_that_names_it(client: Client) -> None:
    response = client.get("/favicon.ico")
    assert (response.status_code, response["Location"]) == (
        302,
        "/static/clinic/images/favicon.ico",
    )
    assert response["Cache-Control"] == "public, max-age=86400"


def test_static_files_not_collected__is_no_error(client: Client, settings: Any) -> None:
    manifest = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": manifest}}
    assert client.get("/favicon.ico").status_code == 204
