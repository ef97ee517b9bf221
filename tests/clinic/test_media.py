import pytest
from django.test import Client


@pytest.fixture
def media_root(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "images").mkdir()
    (tmp_path / "documents").mkdir()
    (tmp_path / "images" / "cell.png").write_bytes(b"\x89PNG")
    (tmp_path / "documents" / "letter.pdf").write_bytes(b"%PDF")
    return tmp_path


def test_picture__is_served_inert(client: Client, media_root) -> None:
    response = client.get("/media/images/cell.png")
    assert response.status_code == 200
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "documents/letter.pdf",
        "images/../documents/letter.pdf",
        "images/none.png",
        "images/",
        f"images/{'x' * 300}.png",
    ],
)
def test_anything_else__is_not_found(client: Client, media_root, path: str) -> None:
    assert client.get(f"/media/{path}").status_code == 404
