import pytest
from django.core.mail import EmailMessage
from django.test import Client

from clinic.roles import EDITORS
from tests.factories import make_user

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/demo-mail/"


@pytest.fixture
def mail_folder(settings, tmp_path):
    settings.DEMO = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


@pytest.fixture
def staff():
    client = Client()
    client.force_login(make_user(EDITORS))
    return client


def send(subject="Hello", body="Dear reader", to="ana@example.org"):
    EmailMessage(subject, body, to=[to]).send()


def test_shows_what_was_sent_inert(staff, mail_folder):
    send("Grüße <b>", "<script>alert(1)</script> {{ settings }} niña", '"<i>" <ana@example.org>')
    text = staff.get(ADDRESS).text
    assert "Grüße &lt;b&gt;" in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ settings }} niña" in text
    assert "<script>alert" not in text
    assert "ana@example.org" in text


def test_the_newest_stands_first(staff, mail_folder):
    send("Older")
    send("Newer")
    text = staff.get(ADDRESS).text
    assert text.index("Newer") < text.index("Older")


def test_an_empty_folder_or_none(staff, mail_folder):
    assert "No message yet" in staff.get(ADDRESS).text
    mail_folder.rmdir()
    assert "No message yet" in staff.get(ADDRESS).text


def test_a_file_that_is_no_message_breaks_nothing(staff, mail_folder):
    (mail_folder / "x.log").write_bytes(b"\xff\x00 no header\n\nContent-Type: nonsense")
    assert staff.get(ADDRESS).status_code == 200


def test_is_for_staff(mail_folder):
    response = Client().get(ADDRESS)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/auth/login/")


def test_does_not_exist_outside_the_demo(staff, mail_folder, settings):
    settings.DEMO = False
    assert staff.get(ADDRESS).status_code == 404


def test_the_menu_leads_there_in_the_demo_alone(staff, mail_folder, settings):
    assert ADDRESS in staff.get("/admin/").text
    settings.DEMO = False
    assert ADDRESS not in staff.get("/admin/").text
