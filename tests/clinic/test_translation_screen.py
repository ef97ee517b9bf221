"""The screen where translators sign, and what the editor shows of a translation."""

import re

import pytest
from django.urls import reverse

from clinic.models import Translation
from clinic.models.translation import draft_sha256, version_of
from clinic.review import publishing_without_review
from clinic.roles import COORDINATORS, EDITORS
from clinic.translation_panel import translation_url
from tests.clinic.review_steps import change, edit_url, fresh, log_in, submit
from tests.clinic.test_translation_signing import make_translator, publish, translate
from tests.factories import (
    make_home_page,
    make_locale,
    make_page,
    make_patient_text,
    make_reviewer,
    make_user,
)

SENT_AWAY = "you do not have permission to access this area"

pytestmark = pytest.mark.django_db


@pytest.fixture
def english():
    home = make_home_page()
    make_home_page(locale=make_locale("es"), translation_key=home.translation_key)
    return make_page(home, introduction="We care.")


@pytest.fixture
def copy(english):
    return translate(english, make_locale("es"))


@pytest.fixture
def translator():
    return make_translator(name="Rosa Vega")


def post(user, text, action, seen):
    data = {"action": action, "seen": seen}
    return log_in(user).post(translation_url(text), data, follow=True)


class TestScreen:
    def test_translator_signs_with_a_name(self, copy, translator):
        change(copy, translator, introduction="Cuidamos.")
        copy = fresh(copy)
        html = log_in(translator).get(translation_url(copy)).content.decode()
        assert "You sign as <strong>Rosa Vega, CMI-Spanish</strong>" in html
        response = post(translator, copy, "sign", draft_sha256(copy))
        assert "Signed by Rosa Vega, CMI-Spanish" in response.content.decode()
        assert Translation.of(copy).is_signed(draft_sha256(copy))

    def test_others_see_it_and_cannot_sign(self, copy):
        editor = make_user(EDITORS)
        html = log_in(editor).get(translation_url(copy)).content.decode()
        assert "Nobody has signed it" in html
        assert 'value="sign"' not in html
        assert SENT_AWAY in post(editor, copy, "sign", draft_sha256(copy)).content.decode()
        assert Translation.of(copy).signed_sha256 == ""

    def test_changed_draft_is_refused_with_a_sentence(self, copy, translator):
        seen = draft_sha256(copy)
        change(copy, make_user(EDITORS), introduction="Otra cosa.")
        html = post(translator, copy, "sign", seen).content.decode()
        assert "The translation has changed since you opened it" in html
        assert Translation.of(copy).signed_sha256 == ""

    def test_reviewer_marks_it_as_up_to_date(self, english, copy):
        editor, reviewer = make_user(EDITORS), make_reviewer()
        publish(english, editor, introduction="We care more.")
        assert (
            'value="up-to-date"' not in log_in(editor).get(translation_url(copy)).content.decode()
        )
        html = log_in(reviewer).get(translation_url(copy)).content.decode()
        assert "Mark as up to date" in html
        post(reviewer, copy, "up-to-date", version_of(fresh(english))[1])
        assert not Translation.of(copy).is_behind

    def test_changes_of_the_english_text_are_marked(self, english, copy):
        assert "What has changed in English" not in self.read(make_reviewer(), copy)
        publish(english, make_user(EDITORS), introduction="We care more.", illustration="")
        html = self.read(make_reviewer(), copy)
        assert re.search(r'<span class="addition">[^<]*more', html)
        assert html.count('class="comparison"') == 1

    def test_links_lead_where_people_may_go(self, english, copy):
        publish(copy, make_user(EDITORS), introduction="Cuidamos.")
        html = self.read(make_reviewer(), copy)
        assert edit_url(copy) not in html
        assert copy.full_url in html
        assert edit_url(copy) in self.read(make_user(EDITORS), copy)

    def read(self, user, copy):
        return log_in(user).get(translation_url(copy)).content.decode()

    def test_text_has_a_screen_too(self, translator):
        text = make_patient_text()
        with publishing_without_review():
            text.save_revision().publish()
        copy = translate(text, make_locale("es"))
        publish(text, translator, title="Other")
        assert 'class="comparison"' in self.read(make_reviewer(), copy)
        inspect = reverse(type(copy).snippet_viewset.get_url_name("inspect"), args=[copy.pk])
        assert inspect in self.read(make_reviewer(), copy)
        response = post(translator, copy, "up-to-date", version_of(fresh(text))[1])
        assert response.status_code == 200
        assert not Translation.of(copy).is_behind

    def test_nobody_else_gets_there(self, english, copy, translator):
        seen = log_in(make_user(COORDINATORS)).get(translation_url(copy), follow=True)
        assert SENT_AWAY in seen.content.decode()
        client = log_in(translator)
        assert client.get(translation_url(english)).status_code == 404
        for address in ("clinic/person/1", "wagtailcore/page/1", "wagtailcore/page/x", "no/no/1"):
            assert client.get(f"/admin/translations/{address}/").status_code == 404

    def test_unknown_button_does_nothing(self, copy, translator):
        assert post(translator, copy, "publish", draft_sha256(copy)).status_code == 404

    def test_looking_writes_nothing(self, english, translator):
        home = english.get_parent().get_translation(make_locale("es"))
        page = make_page(home, translation_key=english.translation_key)
        html = log_in(translator).get(translation_url(page)).content.decode()
        assert "Nobody recorded which English version this says." in html
        assert not Translation.objects.exists()


class TestEditor:
    def test_page_editor_says_that_english_moved_on(self, english, copy, translator):
        html = log_in(translator).get(edit_url(copy)).content.decode()
        assert "The English text has changed" not in html
        assert "No qualified translator has signed this text" in html
        publish(english, translator, introduction="We care more.")
        html = log_in(translator).get(edit_url(copy)).content.decode()
        assert "The English text has changed since this was translated" in html
        assert translation_url(copy) in html

    def test_text_editor_leads_to_the_screen(self, translator):
        copy = translate(make_patient_text(), make_locale("es"))
        address = reverse(type(copy).snippet_viewset.get_url_name("edit"), args=[copy.pk])
        assert translation_url(copy) in log_in(translator).get(address).content.decode()

    def test_english_editor_shows_nothing_of_it(self, english, copy, translator):
        html = log_in(translator).get(edit_url(english)).content.decode()
        assert "/admin/translations/" not in html


class TestApprovalDialog:
    def dialog(self, reviewer, copy, action="approve_whole_page"):
        state = fresh(copy).current_workflow_task_state
        name = "wagtailadmin_pages:workflow_action"
        address = reverse(name, args=[copy.pk, action, state.pk])
        return log_in(reviewer).get(address).json()["html"]

    def test_reviewer_reads_who_signed(self, copy, translator):
        reviewer = make_reviewer()
        change(copy, translator, introduction="Cuidamos.")
        submit(copy, translator)
        html = self.dialog(reviewer, copy)
        assert "No qualified translator has signed" in html
        assert translation_url(copy) in html

        copy = fresh(copy)
        post(translator, copy, "sign", draft_sha256(copy))
        html = self.dialog(reviewer, copy)
        assert "Rosa Vega, CMI-Spanish signed this as a qualified translator" in html
        assert translation_url(copy) not in html

    def test_english_pages_say_nothing_of_translators(self, english, translator):
        change(english, translator, introduction="We care more.")
        submit(english, translator)
        assert "translator" not in self.dialog(make_reviewer(), english)
