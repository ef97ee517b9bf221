"""The Spanish interface is complete, and what Django reads is what people edit."""

import re

import polib
import pytest
from django.utils.translation import gettext, ngettext, override

from clinic import translations

PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|</?[a-z]+>")


@pytest.fixture(scope="module")
def catalogue() -> polib.POFile:
    return polib.pofile(str(translations.CATALOGUE), wrapwidth=0)


def test_catalogue__is_compiled(catalogue: polib.POFile) -> None:
    stale = "Run `make messages` and commit django.po and django.mo together."
    assert translations.COMPILED.read_bytes() == translations.compile_catalogue(catalogue), stale


def test_catalogue__nothing_waits_for_a_translation(catalogue: polib.POFile) -> None:
    assert [entry.msgid for entry in translations.unfinished(catalogue)] == []


def test_catalogue__translations_keep_their_placeholders(catalogue: polib.POFile) -> None:
    for entry in catalogue:
        expected = sorted(PLACEHOLDER.findall(entry.msgid_plural or entry.msgid))
        for text in entry.msgstr_plural.values() or [entry.msgstr]:
            assert sorted(PLACEHOLDER.findall(text)) == expected, entry.msgid


def test_unfinished__names_empty_and_unconfirmed_messages() -> None:
    catalogue = polib.POFile()
    catalogue.append(polib.POEntry(msgid="Done", msgstr="Hecho"))
    catalogue.append(polib.POEntry(msgid="Empty", msgstr=""))
    catalogue.append(polib.POEntry(msgid="Guess", msgstr="Quizás", flags=["fuzzy"]))
    assert [entry.msgid for entry in translations.unfinished(catalogue)] == ["Empty", "Guess"]


def test_unfinished__names_messages_without_all_their_plurals() -> None:
    catalogue = polib.POFile()
    catalogue.metadata = {"Plural-Forms": "nplurals=3; plural=n == 1 ? 0 : n == 0 ? 1 : 2;"}
    two, three = {0: "uno", 1: "varios"}, {0: "uno", 1: "muchos", 2: "varios"}
    catalogue.append(polib.POEntry(msgid="one", msgid_plural="some", msgstr_plural=two))
    catalogue.append(polib.POEntry(msgid="1", msgid_plural="many", msgstr_plural=three))
    assert [entry.msgid for entry in translations.unfinished(catalogue)] == ["one"]


def test_spanish__is_what_django_shows() -> None:
    with override("es"):
        assert gettext("Call 911") == "Llame al 911"
        assert ngettext("%(count)s trial", "%(count)s trials", 2) == "%(count)s ensayos"
