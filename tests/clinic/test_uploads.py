"""Pictures and documents: what is taken, what is kept of it, and that nothing live is exchanged."""

import json
from io import BytesIO

import pytest
from django.core.files.base import ContentFile
from django.core.files.images import ImageFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo
from wagtail.documents.models import Document
from wagtail.models import Collection, CollectionViewRestriction

from clinic.models import ClinicImage, StandardPage
from clinic.review import ReviewRefused
from clinic.roles import EDITORS
from clinic.upload_rules import live_uses
from tests.factories import make_page, make_person, make_user

pytestmark = pytest.mark.django_db
SECRET = b"Gracelia's garden"
AJAX = {"X-Requested-With": "XMLHttpRequest"}
PDF = b"%PDF-1.7\nreviewed"


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def editor():
    return make_user(EDITORS)


@pytest.fixture(params=["editor", "superuser"])
def staff(request, editor):
    client = Client()
    person = editor if request.param == "editor" else make_user(is_superuser=True)
    client.force_login(person)
    return client


def picture_bytes(kind="PNG", size=(60, 40), colour="teal", **options):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, kind, **options)
    return file.getvalue()


def upload(data=None, name="room.png"):
    return SimpleUploadedFile(name, picture_bytes() if data is None else data)


def make_image(editor=None, data=None, name="room.png", **overrides):
    fields = {"title": "A room", "description": "A room", "uploaded_by_user": editor, **overrides}
    file = ImageFile(BytesIO(data or picture_bytes()), name=name)
    return ClinicImage.objects.create(file=file, **fields)


def make_document(editor=None):
    return Document.objects.create(
        title="Leaflet", file=ContentFile(PDF, name="leaflet.pdf"), uploaded_by_user=editor
    )


def shown_on_a_page(upload, live=True):
    if isinstance(upload, Document):
        link = f'<p><a linktype="document" id="{upload.pk}">Leaflet</a></p>'
        block = {"type": "paragraph", "value": link}
    else:
        value = {"image": {"image": upload.pk, "alt_text": "A", "decorative": False}, "caption": ""}
        block = {"type": "image", "value": value}
    return make_page(body=json.dumps([block]), live=live)


def fresh(upload):
    return type(upload).objects.get(pk=upload.pk)


def content(upload):
    with fresh(upload).file.open("rb") as file:
        return file.read()


IMAGE_FORM = {"title": "New", "description": "New words", "credit": "Me", "tags": ""}


class TestPictureOnALivePage:
    @pytest.fixture
    def image(self, editor):
        image = make_image(editor, credit="Ana")
        shown_on_a_page(image)
        assert len(live_uses(image)) == 1
        return image

    def edit(self, staff, image, **data):
        address = reverse("wagtailimages:edit", args=[image.pk])
        return staff.post(address, IMAGE_FORM | data, follow=True)

    def test_file_is_never_exchanged(self, staff, image):
        before = content(image)
        self.edit(staff, image, file=upload(picture_bytes(colour="red")))
        assert content(image) == before
        prefix = f"image-{image.pk}"
        data = {f"{prefix}-{name}": value for name, value in IMAGE_FORM.items()}
        file = upload(picture_bytes(colour="red"))
        address = reverse("wagtailimages:edit_multiple", args=[image.pk])
        staff.post(address, data | {f"{prefix}-file": file})
        assert content(image) == before

    def test_words_stay_and_the_title_may_change(self, staff, image):
        self.edit(staff, image, is_decorative="on")
        image = fresh(image)
        assert (image.title, image.description, image.credit) == ("New", "A room", "Ana")
        assert not image.is_decorative

    def test_edit_screen_says_why(self, staff, image):
        text = staff.get(reverse("wagtailimages:edit", args=[image.pk])).content.decode()
        assert "The file itself cannot be replaced" in text
        assert "Reviewed together with the live pages" in text
        assert 'name="file"' not in text

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("view", ["delete", "delete_multiple"])
    def test_it_is_not_deleted(self, staff, image, view):
        staff.post(reverse(f"wagtailimages:{view}", args=[image.pk]), headers=AJAX)
        assert "stands on live pages" in staff.get("/admin/").content.decode()
        assert content(image)

    def test_it_is_not_deleted_in_bulk(self, staff, image):
        address = reverse("wagtail_bulk_action", args=["clinic", "clinicimage", "delete"])
        response = staff.post(f"{address}?id={image.pk}&id=all", follow=True)
        assert "stands on live pages" in response.content.decode()
        assert content(image)

    def test_the_model_itself_refuses(self, image):
        for change in ({"description": "x"}, {"credit": "x"}, {"file": upload()}):
            changed = fresh(image)
            for name, value in change.items():
                setattr(changed, name, value)
            with pytest.raises(ReviewRefused):
                changed.save()
        with pytest.raises(ReviewRefused):
            ClinicImage.objects.all().delete()

    def test_another_picture_is_a_new_upload(self, staff, image):
        data = IMAGE_FORM | {"file": upload(picture_bytes(colour="red"))}
        staff.post(reverse("wagtailimages:add"), data)
        assert ClinicImage.objects.count() == 2

    def test_gone_from_the_page_it_may_go(self, staff, image):
        StandardPage.objects.get().unpublish()
        staff.post(reverse("wagtailimages:delete", args=[image.pk]))
        assert not ClinicImage.objects.exists()


def test_picture_of_a_specialist__is_in_live_use(editor):
    image = make_image(editor)
    make_person(photo=image)
    with pytest.raises(ReviewRefused):
        image.delete()


def test_picture_of_a_draft__can_be_reworded_and_deleted_but_not_exchanged(staff, editor):
    image = make_image(editor)
    shown_on_a_page(image, live=False)
    before = content(image)
    data = IMAGE_FORM | {"file": upload(picture_bytes(colour="red"))}
    staff.post(reverse("wagtailimages:edit", args=[image.pk]), data)
    assert (fresh(image).description, content(image)) == ("New words", before)
    staff.post(reverse("wagtailimages:delete", args=[image.pk]))
    assert not ClinicImage.objects.exists()


class TestDocumentOnALivePage:
    @pytest.fixture
    def document(self, editor):
        document = make_document(editor)
        shown_on_a_page(document)
        assert len(live_uses(document)) == 1
        return document

    @pytest.fixture
    def restricted(self):
        collection = Collection.get_first_root_node().add_child(name="Staff only")
        CollectionViewRestriction.objects.create(collection=collection, restriction_type="login")
        return collection

    def test_file_is_never_exchanged(self, staff, document):
        data = {"title": "New", "tags": "", "file": upload(b"%PDF-1.7\nother", "leaflet.pdf")}
        staff.post(reverse("wagtaildocs:edit", args=[document.pk]), data)
        prefixed = {f"doc-{document.pk}-{name}": value for name, value in data.items()}
        data["file"].seek(0)
        staff.post(reverse("wagtaildocs:edit_multiple", args=[document.pk]), prefixed)
        assert (fresh(document).title, content(document)) == ("New", PDF)

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("view", ["delete", "delete_multiple"])
    def test_it_is_not_deleted(self, staff, document, view):
        staff.post(reverse(f"wagtaildocs:{view}", args=[document.pk]), headers=AJAX)
        assert "stands on live pages" in staff.get("/admin/").content.decode()
        assert content(document) == PDF

    def test_it_is_not_deleted_in_bulk(self, staff, document):
        address = reverse("wagtail_bulk_action", args=["wagtaildocs", "document", "delete"])
        staff.post(f"{address}?id={document.pk}")
        assert content(document) == PDF

    def test_it_is_not_moved_out_of_sight(self, staff, document, restricted, client):
        address = reverse("wagtaildocs:edit", args=[document.pk])
        data = {"title": "New", "tags": "", "collection": restricted.pk}
        text = staff.post(address, data, follow=True).content.decode()
        assert "readers could not open it any more" in text
        bulk = reverse("wagtail_bulk_action", args=["wagtaildocs", "document", "add_to_collection"])
        response = staff.post(
            f"{bulk}?id={document.pk}", {"collection": restricted.pk}, follow=True
        )
        assert "readers could not open it any more" in response.content.decode()
        assert fresh(document).collection != restricted

    def test_it_may_move_where_everybody_reads(self, staff, document):
        elsewhere = Collection.get_first_root_node().add_child(name="Leaflets")
        bulk = reverse("wagtail_bulk_action", args=["wagtaildocs", "document", "add_to_collection"])
        staff.post(f"{bulk}?id={document.pk}", {"collection": elsewhere.pk})
        assert fresh(document).collection == elsewhere


class TestWhatIsTaken:
    @pytest.fixture
    def staff(self, editor):
        client = Client()
        client.force_login(editor)
        return client

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("cell.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>'),
            ("cell.png", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
            ("cell.png", b"<!doctype html><script>alert(1)</script>"),
            ("cell.html", picture_bytes()),
            ("cell.jpg", picture_bytes("PNG")),
            ("cell.gif", b"GIF89a/*" + b"<script>alert(1)</script>"),
            ("cell.png", picture_bytes(size=(300, 300))[:-200]),
            ("cell.webp", picture_bytes("WEBP")[:30]),
            ("cell.jpg", picture_bytes("JPEG", size=(300, 300))[:700]),
        ],
    )
    def test_other_files_are_refused(self, staff, name, data):
        form = IMAGE_FORM | {"file": upload(data, name)}
        assert staff.post(reverse("wagtailimages:add"), form).status_code == 200
        several = {"files[]": upload(data, name), "collection": ""}
        answer = staff.post(reverse("wagtailimages:add_multiple"), several)
        assert answer.json()["success"] is False
        assert not ClinicImage.objects.exists()

    def test_huge_dimensions_are_refused_before_they_are_read(self, staff):
        bomb = BytesIO()
        Image.new("1", (9_000, 9_000)).save(bomb, "PNG", optimize=True)
        assert len(bomb.getvalue()) < 20_000
        form = IMAGE_FORM | {"file": upload(bomb.getvalue())}
        assert "too many pixels" in staff.post(reverse("wagtailimages:add"), form).text
        assert not ClinicImage.objects.exists()

    @pytest.mark.parametrize("kind", ["GIF", "WEBP"])
    def test_moving_pictures_are_refused(self, staff, kind):
        frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "teal")]
        file = BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:])
        form = IMAGE_FORM | {"file": upload(file.getvalue(), f"moving.{kind.lower()}")}
        assert "that move are not taken" in staff.post(reverse("wagtailimages:add"), form).text
        assert not ClinicImage.objects.exists()

    @pytest.mark.parametrize("data", [b"<html><script>x()</script>", b"PK\x03\x04", b""])
    def test_a_document_is_a_pdf_whatever_its_name(self, staff, data):
        form = {"title": "Leaflet", "tags": "", "file": upload(data, "leaflet.pdf")}
        assert staff.post(reverse("wagtaildocs:add"), form).status_code == 200
        staff.post(reverse("wagtaildocs:add_multiple"), {"files[]": upload(data, "leaflet.pdf")})
        assert not Document.objects.exists()

    def test_a_pdf_is_taken_and_served_inert(self, staff, client):
        form = {"title": "Leaflet", "tags": "", "file": upload(PDF, "leaflet.pdf")}
        staff.post(reverse("wagtaildocs:add"), form)
        response = client.get(Document.objects.get().url)
        assert b"".join(response.streaming_content) == PDF
        assert response["Content-Type"] == "application/pdf"
        assert "default-src 'none'" in response["Content-Security-Policy"]
        assert response["X-Content-Type-Options"] == "nosniff"


def telling(kind):
    """Return a picture that tells where it was taken, by whom, and hides a script."""
    exif = Image.Exif()
    exif[Base.Artist] = SECRET.decode()
    exif[Base.Orientation] = 6
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSLatitude] = (37.0, 46.0, 30.0)
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSAreaInformation] = SECRET
    options = {"exif": exif.tobytes()}
    if kind == "JPEG":
        options["comment"] = SECRET
    if kind == "PNG":
        options["pnginfo"] = PngInfo()
        options["pnginfo"].add_text("Comment", SECRET.decode())
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", SECRET.decode())
    if kind == "WEBP":
        options["xmp"] = SECRET
    return picture_bytes(kind, **options) + b"<script>alert(1)</script>"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
class TestWhatIsKept:
    def check(self, kind, image):
        data = content(image)
        assert SECRET not in data and b"<script>" not in data
        with Image.open(BytesIO(data)) as kept:
            assert kept.format == kind
            assert not dict(kept.getexif()) and "comment" not in kept.info
            assert kept.size == (image.width, image.height)
        assert image.file_size == len(data)
        for rendition in image.renditions.all():
            assert SECRET not in rendition.file.read()

    def test_one_upload(self, kind, editor, django_capture_on_commit_callbacks):
        client = Client()
        client.force_login(editor)
        assert SECRET in telling(kind)
        form = IMAGE_FORM | {"file": upload(telling(kind), f"garden.{kind.lower()}")}
        with django_capture_on_commit_callbacks(execute=True):
            client.post(reverse("wagtailimages:add"), form)
        image = ClinicImage.objects.get()
        self.check(kind, image)
        assert image.renditions.count() > 3
        assert (image.width, image.height) == (40, 60)  # upright

    def test_several_uploads_which_are_stored_before_they_are_described(
        self, kind, editor, settings, client
    ):
        client.force_login(editor)
        file = upload(telling(kind), f"garden.{kind.lower()}")
        answer = client.post(reverse("wagtailimages:add_multiple"), {"files[]": file}).json()
        number = answer["uploaded_file_id"]
        data = {f"uploaded-image-{number}-{key}": value for key, value in IMAGE_FORM.items()}
        address = reverse("wagtailimages:create_multiple_from_uploaded_image", args=[number])
        assert client.post(address, data).json()["success"]
        self.check(kind, ClinicImage.objects.get())
        left = [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()]
        assert not [path for path in left if SECRET in path.read_bytes()]
