"""The first hour of a real installation: keys, an empty site, a first administrator."""

import os
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import Page, Site, Workflow

from clinic.enums import PatientTextKey
from clinic.models import AuditEvent, ClinicSettings, HomePage, PatientText, User
from clinic.roles import ADMINISTRATORS, EDITORS
from education.models import CancerType, TherapyType
from tests.factories import make_home_page, make_user

ROOT = Path(__file__).resolve().parents[2]
NAME = "Bayview Clinic"
PASSWORD = "a sentence that nobody else knows"


def set_up(**options: Any) -> str:
    out = StringIO()
    call_command("set_up_clinic", **({"name": NAME} | options), stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestSetUp:
    @pytest.fixture(autouse=True)
    def _address(self, settings: Any, tmp_path: Path) -> None:
        settings.SITE_URL = "https://www.clinic.example"
        settings.DATA_DIR = tmp_path

    def test_only_the_home_pages_are_live(self) -> None:
        set_up()
        live = Page.objects.live().filter(depth__gt=1).specific()
        assert {(page.slug, type(page)) for page in live} == {
            ("home", HomePage),
            ("home-es", HomePage),
        }
        english, spanish = HomePage.objects.order_by("path")
        assert english.translation_key == spanish.translation_key
        assert NAME in english.hero_title

    def test_visitors_get_the_home_page_in_both_languages(self, client: Client) -> None:
        set_up()
        assert "getting this website ready" in client.get("/en/").text
        assert "Estamos preparando" in client.get("/es/").text

    def test_nothing_of_the_demo_clinic_is_in_it(self) -> None:
        set_up()
        pages = [page.specific for page in Page.objects.filter(depth__gt=1)]
        texts = list(PatientText.objects.all())
        assert not [page for page in [*pages, *texts] if page.is_demo_content]
        words = repr([page.serializable_data() for page in [*pages, *texts]])
        assert "Marigold" not in words
        assert NAME in words
        assert not User.objects.exists()

    def test_drafts_of_the_fixed_pages_wait_for_a_review(self) -> None:
        set_up()
        for parent in HomePage.objects.all():
            slugs = set(parent.get_children().values_list("slug", flat=True))
            assert {"education", "people", "contact", "privacy", "accessibility"} <= slugs
            assert "our-approach" in slugs
            assert not parent.get_children().live().exists()
        notices = Page.objects.get(slug="notices", locale__language_code="es")
        body = notices.get_latest_revision_as_object().body
        assert {block.block_type for block in body} == {"patient_text"}

    def test_texts_for_patients_are_drafts_in_both_languages(self) -> None:
        set_up()
        for language in ("en", "es"):
            texts = PatientText.objects.filter(locale__language_code=language)
            assert set(texts.values_list("key", flat=True)) == set(PatientTextKey.values)
            assert not texts.filter(live=True).exists()

    def test_the_site_answers_at_its_address(self) -> None:
        set_up()
        site = Site.objects.get()
        assert (site.hostname, site.port) == ("www.clinic.example", 443)
        assert site.root_page.specific_class is HomePage
        assert ClinicSettings.objects.get().name == NAME

    def test_vocabularies_and_the_review_are_there(self) -> None:
        set_up()
        assert CancerType.objects.count() > 20
        assert TherapyType.objects.count() > 5
        assert Workflow.objects.filter(active=True, workflow_pages__page__depth=1).count() == 1

    def test_again__keeps_what_people_changed(self, settings: Any) -> None:
        set_up()
        home = HomePage.objects.get(slug="home")
        HomePage.objects.filter(pk=home.pk).update(hero_title="Our own words")
        Page.objects.get(slug="people", locale__language_code="es").delete()
        ClinicSettings.objects.update(phone="(415) 555-0123")
        before = Page.objects.count()
        settings.SITE_URL = "https://clinic.example:8443"
        set_up(name="Another name")
        assert HomePage.objects.get(slug="home").hero_title == "Our own words"
        assert ClinicSettings.objects.get().phone == "(415) 555-0123"
        assert Page.objects.count() == before + 1  # the page that was missing
        assert (Site.objects.get().hostname, Site.objects.get().port) == ("clinic.example", 8443)

    def test_a_site_with_pages_of_its_own__keeps_its_root(self) -> None:
        home = make_home_page(title="Made by hand")
        set_up()
        assert Site.objects.get().root_page_id == home.pk
        assert HomePage.objects.filter(locale__language_code="en").count() == 1


@pytest.mark.django_db
class TestFirstAdministrator:
    EMAIL = "boss@clinic.example"

    @pytest.fixture(autouse=True)
    def _staff_door(self, settings: Any) -> None:
        settings.STAFF_URL = "https://staff.clinic.example"
        settings.ALLOWED_HOSTS = ["staff.clinic.example", "testserver"]

    def invite(self, *arguments: str) -> str:
        out = StringIO()
        call_command("invite_administrator", *(arguments or (self.EMAIL,)), stdout=out)
        return out.getvalue()

    def test_gets_a_mail_whose_link_sets_the_password(self, client: Client) -> None:
        make_home_page()
        self.invite()
        (message,) = mail.outbox
        assert message.to == [self.EMAIL]
        link = re.search(r"https://staff\.clinic\.example(/\S+)", message.body)
        assert link is not None
        form = client.get(link[1], follow=True)
        client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
        user = User.objects.get(email=self.EMAIL)
        assert user.check_password(PASSWORD)
        assert [group.name for group in user.groups.all()] == [ADMINISTRATORS]
        assert not user.is_superuser

    def test_printed_link_works_as_well_and_mails_nothing(self, client: Client) -> None:
        make_home_page()
        link = self.invite(self.EMAIL, "--print-link").strip()
        assert link.startswith("https://staff.clinic.example/admin/auth/")
        assert client.get(link.removeprefix("https://staff.clinic.example")).status_code == 302
        assert mail.outbox == []

    def test_it_is_audited_once(self) -> None:
        self.invite("Boss@Clinic.example")
        self.invite()
        assert User.objects.filter(email=self.EMAIL).count() == 1
        (event,) = AuditEvent.objects.filter(action__startswith="staff.")
        assert (event.action, event.data) == ("staff.added", {"roles": [ADMINISTRATORS]})

    def test_colleague_becomes_one_and_keeps_the_password(self) -> None:
        user = make_user(EDITORS, email=self.EMAIL)
        self.invite()
        assert sorted(group.name for group in user.groups.all()) == [EDITORS, ADMINISTRATORS]
        assert User.objects.get(pk=user.pk).password == user.password

    @pytest.mark.parametrize("fields", [{"is_superuser": True}, {"is_active": False}])
    def test_closed_and_break_glass_logins_are_left_alone(self, fields: dict[str, bool]) -> None:
        user = make_user(email=self.EMAIL, **fields)
        with pytest.raises(CommandError, match="break-glass"):
            self.invite()
        assert not user.groups.exists()
        assert mail.outbox == []

    def test_mistyped_address__is_one_sentence(self) -> None:
        with pytest.raises(CommandError, match="valid email"):
            self.invite("boss@")
        assert not User.objects.exists()

    def test_mail_server_that_is_down__is_one_sentence(self, monkeypatch: Any) -> None:
        def fail(*args: Any, **kwargs: Any) -> None:
            raise ConnectionRefusedError

        monkeypatch.setattr(mail.EmailMessage, "send", fail)
        with pytest.raises(CommandError, match="--print-link"):
            self.invite()
        assert User.objects.filter(email=self.EMAIL).exists()


class TestKeys:
    def generate(self, *arguments: str) -> dict[str, dict[str, str]]:
        """Run the command with nothing in the environment; return its lines by file."""
        completed = subprocess.run(
            [sys.executable, "manage.py", "generate_keys", *arguments],
            cwd=ROOT,
            env={"PATH": os.defpath},
            capture_output=True,
            text=True,
            check=True,
        )
        files: dict[str, dict[str, str]] = {}
        for line in completed.stdout.splitlines():
            if line.startswith("# "):
                values = files.setdefault(line[2:], {})
            elif line:
                name, value = line.split("=", 1)
                assert value[0] == value[-1] == '"'
                values[name] = value.strip('"')
        return files

    def test_without_environment__has_all_secrets_for_each_process(self) -> None:
        files = self.generate("--id", "k2026")
        assert files["common.env"]["SEALING_PUBLIC_KEY"].startswith("k2026:")
        assert files["staff.env"].keys() == {"SECRET_KEY", "SEALING_PRIVATE_KEYS", "LOOKUP_KEY"}
        assert files["public.env"].keys() == {"SECRET_KEY"}
        assert files["staff.env"]["LOOKUP_KEY"] == files["worker.env"]["LOOKUP_KEY"]
        processes = ["public.env", "staff.env", "worker.env", "owner.env"]
        assert len({files[name]["SECRET_KEY"] for name in processes}) == len(processes)

    def test_new_pair_for_a_running_installation__changes_no_other_secret(self) -> None:
        names = {name for values in self.generate("--only-sealing").values() for name in values}
        assert names == {"SEALING_PUBLIC_KEY", "SEALING_PRIVATE_KEYS"}
