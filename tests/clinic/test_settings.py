import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from clinic.demo_secrets import VALUES
from clinic.deployment_check import PROCESSES, production_environment

ROOT = Path(__file__).resolve().parents[2]
READ = """
import json
from django.conf import settings
names = ["DEBUG", "DEMO", "SEALING_PRIVATE_KEYS", "LOOKUP_KEY", "MIDDLEWARE", "ROOT_URLCONF",
         "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "PORT", "STAFF_URL",
         "WAGTAIL_ENABLE_UPDATE_CHECK", "WAGTAIL_ENABLE_WHATS_NEW_BANNER",
         "WAGTAIL_GRAVATAR_PROVIDER_URL", "DATABASES"]
print(json.dumps({name: getattr(settings, name) for name in names}, default=str))
"""


def run(environment: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with nothing in its environment but what is given."""
    clean = {"PATH": os.defpath, "IGNORE_DOTENV": "1", "DJANGO_SETTINGS_MODULE": "clinic.settings"}
    return subprocess.run(
        [sys.executable, *(command or ("-c", READ))],
        cwd=ROOT,
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def settings_of(environment: dict[str, str]) -> dict[str, object]:
    completed = run(environment)
    assert completed.returncode == 0, completed.stderr
    return json.loads(completed.stdout)


class TestProduction:
    def test_without_environment__names_everything_missing_in_one_sentence(self) -> None:
        completed = run({"PROCESS": "staff"}, "manage.py", "check")
        assert completed.returncode != 0
        assert "Traceback" not in completed.stderr
        for name in (
            "SECRET_KEY",
            "DATABASE_URL",
            "SEALING_PUBLIC_KEY",
            "SEALING_PRIVATE_KEYS",
            "LOOKUP_KEY",
            "RECEIPT_KEY",
            "ALLOWED_HOSTS",
            "SITE_URL",
            "STAFF_URL",
            "EMAIL_URL",
        ):
            assert name in completed.stderr

    @pytest.mark.parametrize("process", PROCESSES)
    def test_with_everything__starts_safely(self, process: str) -> None:
        settings = settings_of({"PROCESS": process} | production_environment())
        assert not settings["DEBUG"]
        assert not settings["DEMO"]
        assert settings["SECURE_SSL_REDIRECT"]
        assert settings["SESSION_COOKIE_SECURE"]
        assert settings["CSRF_COOKIE_SECURE"]

    @pytest.mark.parametrize("name", VALUES)
    def test_demo_secret__is_refused_by_name_and_not_shown(self, name: str) -> None:
        environment = {"PROCESS": "staff"} | production_environment() | {name: VALUES[name]}
        completed = run(environment, "manage.py", "check")
        assert completed.returncode != 0
        assert f"demo secrets are not allowed here: {name}" in completed.stderr
        assert VALUES[name] not in completed.stderr

    def test_one_value_for_several_keys__is_refused_and_not_shown(self) -> None:
        environment = {"PROCESS": "staff"} | production_environment()
        value = environment["SECRET_KEY"]
        completed = run(environment | {"LOOKUP_KEY": value}, "manage.py", "check")
        assert completed.returncode != 0
        assert "one value for several keys: SECRET_KEY, LOOKUP_KEY" in completed.stderr
        assert value not in completed.stderr

    def test_unknown_process__is_refused(self) -> None:
        completed = run({"PROCESS": "both"} | production_environment(), "manage.py", "check")
        assert completed.returncode != 0
        assert "PROCESS must be" in completed.stderr

    def test_host_that_the_door_would_refuse__is_warned_of(self) -> None:
        environment = {"PROCESS": "staff"} | production_environment()
        check = ("manage.py", "check", "--deploy", "--fail-level=WARNING")
        assert run(environment, *check).returncode == 0
        completed = run(environment | {"ALLOWED_HOSTS": "clinic.example"}, *check)
        assert completed.returncode != 0
        assert "does not hold 'staff.clinic.example'" in completed.stderr

    def test_owner__uses_its_own_database_address(self) -> None:
        environment = production_environment() | {
            "PROCESS": "owner",
            "OWNER_DATABASE_URL": "postgres://owner@localhost/clinic",
        }
        databases = settings_of(environment)["DATABASES"]
        assert databases["default"]["USER"] == "owner"

    def test_nothing_asks_the_maker_of_the_admin(self) -> None:
        settings = settings_of({"PROCESS": "staff"} | production_environment())
        assert settings["WAGTAIL_ENABLE_UPDATE_CHECK"] is False
        assert settings["WAGTAIL_ENABLE_WHATS_NEW_BANNER"] is False
        assert settings["WAGTAIL_GRAVATAR_PROVIDER_URL"] is None


@pytest.fixture(scope="module")
def public() -> dict[str, object]:
    # Keys that an operator gave to every process by mistake.
    return settings_of({"PROCESS": "public"} | production_environment())


class TestPublicProcess:
    def test_holds_no_key_that_opens_anything(self, public: dict[str, object]) -> None:
        assert public["SEALING_PRIVATE_KEYS"] == []
        assert public["LOOKUP_KEY"] == ""

    def test_has_no_session_login_or_admin(self, public: dict[str, object]) -> None:
        assert public["ROOT_URLCONF"] == "clinic.urls.public"
        assert not [name for name in public["MIDDLEWARE"] if "ession" in name or "auth" in name]


class TestDemo:
    def test_starts_with_nothing_else(self) -> None:
        settings = settings_of({"DEMO": "1"})
        assert settings["DATABASES"]["default"]["USER"] == "clinic_staff"

    def test_staff_door_is_the_next_port(self) -> None:
        settings = settings_of({"DEMO": "1", "PORT": "8123"})
        assert settings["PORT"] == 8123
        assert settings["STAFF_URL"] == "http://localhost:8124"

    def test_own_database__is_the_owners_too(self) -> None:
        settings = settings_of(
            {"DEMO": "1", "PROCESS": "owner", "DATABASE_URL": "postgres://me@localhost/mine"}
        )
        assert settings["DATABASES"]["default"]["NAME"] == "mine"

    def test_reading_settings__starts_no_database(self, tmp_path: Path) -> None:
        completed = run({"DEMO": "1", "DATA_DIR": str(tmp_path)}, "manage.py", "check")
        assert completed.returncode == 0, completed.stderr
        assert list(tmp_path.iterdir()) == []


class TestEarlierSecretKeys:
    ENVIRONMENT = {"PROCESS": "staff"} | production_environment()
    SHOW = "from django.conf import settings; print(settings.SECRET_KEY_FALLBACKS)"

    def test_none__is_an_empty_list(self) -> None:
        assert run(self.ENVIRONMENT, "-c", self.SHOW).stdout.strip() == "[]"

    def test_several__are_parted_by_spaces(self) -> None:
        environment = self.ENVIRONMENT | {"SECRET_KEY_FALLBACKS": "last,year's= the-one-before"}
        shown = run(environment, "-c", self.SHOW).stdout.strip()
        assert shown == str(["last,year's=", "the-one-before"])

    def test_demo_value__is_refused_there_too(self) -> None:
        environment = self.ENVIRONMENT | {"SECRET_KEY_FALLBACKS": f"x {VALUES['SECRET_KEY']}"}
        completed = run(environment, "manage.py", "check")
        assert completed.returncode != 0
        assert "not allowed here: SECRET_KEY_FALLBACKS" in completed.stderr

    def test_form_opened_before_a_new_key__is_still_known(self) -> None:
        sign = "from django.core.signing import Signer; print(Signer().sign('x'))"
        signed = run(self.ENVIRONMENT, "-c", f"import django; django.setup(); {sign}").stdout
        changed = self.ENVIRONMENT | {
            "SECRET_KEY": "a-new-key-of-fifty-characters-or-more-for-this-one-test",
            "SECRET_KEY_FALLBACKS": self.ENVIRONMENT["SECRET_KEY"],
        }
        read = f"from django.core.signing import Signer; print(Signer().unsign({signed.strip()!r}))"
        assert run(changed, "-c", f"import django; django.setup(); {read}").stdout.strip() == "x"
