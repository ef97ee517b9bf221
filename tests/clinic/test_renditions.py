"""Pictures: made when an image is saved, only read when a page is shown."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.images import ImageFile
from django.template import Context, Template
from PIL import Image

from clinic.models import ClinicImage, ClinicRendition
from clinic.renditions import PORTRAIT_SPECS, SPECS, picture


@pytest.fixture(autouse=True)
def _media(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def make_image(**overrides: object) -> ClinicImage:
    file = BytesIO()
    Image.new("RGB", (600, 400), "teal").save(file, "PNG")
    file.seek(0)
    fields = {"title": "A room", "description": "A bright room", **overrides}
    return ClinicImage.objects.create(file=ImageFile(file, name="room.png"), **fields)


@pytest.mark.django_db
class TestPictures:
    def test_saved_image__has_every_rendition(self, django_capture_on_commit_callbacks) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            image = make_image()
        made = set(image.renditions.values_list("filter_spec", flat=True))
        assert made == {*SPECS, *PORTRAIT_SPECS}

    def test_shown_picture__writes_nothing(self) -> None:
        image = make_image()
        shown = picture(image)
        assert shown.url == image.file.url
        assert shown.sources == []
        assert not ClinicRendition.objects.exists()

    def test_picture__offers_the_lightest_format_first(
        self, django_capture_on_commit_callbacks
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            image = make_image()
        html = Template(
            '{% include "components/picture.html" with image=image alt="A room" only %}'
        ).render(Context({"image": ClinicImage.objects.get(pk=image.pk)}))
        assert html.index("image/avif") < html.index("image/webp") < html.index("image/jpeg")
        assert 'alt="A room"' in html
        assert 'loading="lazy"' in html

    def test_picture__reads_once(self, django_assert_num_queries) -> None:
        image = make_image()
        with django_assert_num_queries(1):
            picture(image)

    def test_decorative_picture__has_an_empty_alternative(self) -> None:
        image = make_image(description="", is_decorative=True)
        html = Template('{% include "components/picture.html" with image=image only %}').render(
            Context({"image": image})
        )
        assert 'alt=""' in html

    def test_image__without_words_and_not_decorative__is_refused(self) -> None:
        image = make_image()
        image.description = ""
        with pytest.raises(ValidationError, match="Say what the image shows"):
            image.full_clean()
