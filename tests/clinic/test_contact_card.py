import pytest

from clinic import contact_card
from clinic.contact_card import ContactCard, remember
from clinic.models import ClinicSettings
from clinic.site_facts import clinic_settings

CLINIC = {"short_name": "Marigold", "phone": "(415) 555-0100", "urgent_phone": "(415) 555-0199"}


@pytest.fixture(autouse=True)
def nothing_known(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.setattr(contact_card, "_known", [])


def forget(monkeypatch):
    """Be the next process: only the file is left."""
    monkeypatch.setattr(contact_card, "_known", [])


def test_nothing_is_known_at_first():
    assert contact_card.contact_card() == ContactCard()


def test_the_next_process_reads_the_file(monkeypatch):
    remember(ClinicSettings(**CLINIC))
    forget(monkeypatch)
    assert contact_card.contact_card().urgent_phone == "(415) 555-0199"


def test_what_another_process_wrote__is_not_written_again(settings, monkeypatch, caplog):
    """In production only the staff door may write the file; the others need not complain."""
    remember(ClinicSettings(**CLINIC))
    forget(monkeypatch)
    monkeypatch.setattr(contact_card.Path, "write_text", lambda *args, **kwargs: 1 / 0)
    remember(ClinicSettings(**CLINIC))
    assert contact_card.contact_card().phone == "(415) 555-0100"


@pytest.mark.parametrize("content", ["", "[]", '{"other": 1}', "\x00"])
def test_a_broken_file_is_no_error(settings, content):
    settings.DATA_DIR.mkdir()
    (settings.DATA_DIR / "contact_card.json").write_text(content)
    assert contact_card.contact_card() == ContactCard()


def test_a_folder_that_cannot_be_written_is_no_error(settings):
    settings.DATA_DIR.write_text("a file, no folder")
    remember(ClinicSettings(**CLINIC))
    assert contact_card.contact_card().phone == "(415) 555-0100"


@pytest.mark.django_db
def test_a_change_and_a_page_view_keep_it_new(django_assert_num_queries, monkeypatch):
    from wagtail.models import Site

    clinic = ClinicSettings.objects.create(site=Site.objects.get(), **CLINIC)
    clinic.urgent_phone = "(415) 555-0111"
    clinic.save()
    with django_assert_num_queries(0):
        assert contact_card.contact_card().urgent_phone == "(415) 555-0111"
    ClinicSettings.objects.update(urgent_phone="(415) 555-0122")
    clinic_settings()
    with django_assert_num_queries(0):
        assert contact_card.contact_card().urgent_phone == "(415) 555-0122"
