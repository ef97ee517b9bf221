"""A translation carries its source version and goes live with two signatures."""

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from wagtail.models import Page

from clinic.models import AuditEvent, PatientText, Person, StandardPage, Translation
from clinic.models.review import APPROVALS
from clinic.models.translation import TranslationState, draft_sha256, state_of, version_of
from clinic.review import ReviewRefused, content_sha256, publishing_without_review
from clinic.roles import ADMINISTRATORS, EDITORS, REVIEWERS
from clinic.translation_work import mark_up_to_date, record_versions, sign
from tests.clinic.review_steps import act, change, fresh, log_in, names_of, submit
from tests.factories import (
    make_home_page,
    make_locale,
    make_page,
    make_patient_text,
    make_person,
    make_reviewer,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def spanish():
    return make_locale("es")


@pytest.fixture
def english_page(spanish):
    home = make_home_page()
    make_home_page(locale=spanish, translation_key=home.translation_key, title="Inicio")
    return make_page(home, introduction="We care.")


@pytest.fixture
def editor():
    return make_user(EDITORS)


@pytest.fixture
def reviewer():
    return make_reviewer()


def make_translator(role=EDITORS, **person):
    user = make_user(role)
    fields = {"credential": "CMI-Spanish", "locale": make_locale("es"), **person}
    make_person(user=user, is_qualified_translator=True, is_listed=False, **fields)
    return user


@pytest.fixture
def translator():
    return make_translator()


def publish(text, user, **fields):
    with publishing_without_review():
        change(text, user, **fields).publish()


def translate(text, spanish):
    copy = text.copy_for_translation(spanish)
    copy.save()
    return fresh(copy)


def sign_draft(text, user):
    text = fresh(text)
    return sign(text, user=user, seen=draft_sha256(text))


class TestDraftCopy:
    def test_page_copy_records_the_live_version(self, english_page, editor, spanish):
        change(english_page, editor, introduction="Not yet live")
        copy = translate(fresh(english_page), spanish)

        record = Translation.of(copy)
        assert not copy.live
        assert copy.introduction == "We care."
        assert record.source_revision == fresh(english_page).live_revision
        assert record.source_sha256 == content_sha256(record.source_revision.content)
        assert not record.is_behind

    def test_copy_of_a_draft_records_the_draft(self, english_page, editor, spanish):
        page = make_page(english_page, live=False)
        revision = change(page, editor, introduction="First words")
        translate(english_page, spanish)
        copy = translate(fresh(page), spanish)
        assert copy.introduction == "First words"
        assert Translation.of(copy).source_revision == revision

    def test_button_of_the_editor_records_the_version_too(self, english_page, editor, spanish):
        address = reverse("simple_translation:submit_page_translation", args=[english_page.pk])
        log_in(editor).post(address, {"locales": [spanish.pk]})
        copy = english_page.get_translation(spanish).specific
        assert Translation.objects.get(object_id=str(copy.pk)).source_id == str(english_page.pk)
        assert not copy.live

    def test_reviewer_is_not_copied(self, english_page, reviewer, editor, spanish):
        change(english_page, editor, introduction="Checked")
        act(submit(english_page, editor), reviewer)
        copy = translate(fresh(english_page), spanish)
        assert (copy.reviewed_by, copy.reviewed_on, copy.next_review_due) == (None, None, None)

    def test_copy_of_demo_content_has_to_be_checked_as_a_whole(self, english_page, editor, spanish):
        type(english_page).objects.update(is_demo_content=True)
        copy = translate(fresh(english_page), spanish)
        change(copy, editor, introduction="Cuidamos.")
        assert not copy.is_demo_content
        assert not fresh(copy).change_alone_may_be_approved

    def test_text_becomes_a_draft_and_records_its_version(self, editor, spanish):
        text = make_patient_text()
        revision = change(text, editor, title="Thanks")
        with publishing_without_review():
            revision.publish()
        address = reverse(
            "simple_translation:submit_snippet_translation",
            args=["clinic", "patienttext", text.pk],
        )
        assert log_in(editor).post(address, {"locales": [spanish.pk]}).status_code == 302

        copy = PatientText.objects.get(locale=spanish)
        assert not copy.live
        assert copy.title == "Thanks"
        assert Translation.of(copy).source_revision == revision

    def test_text_without_revisions_becomes_a_draft(self, spanish):
        text = make_patient_text(live=True)
        copy = translate(text, spanish)
        assert not copy.live
        assert Translation.of(copy).source_sha256 == version_of(text)[1]

    def test_english_texts_and_originals_are_no_translations(self, english_page, spanish):
        original = make_page(make_home_page(locale=spanish, slug="otra"))
        assert Translation.of(english_page) is None
        assert Translation.of(original) is None

    def test_alias_is_no_translation(self, english_page, spanish):
        alias = english_page.copy_for_translation(spanish, alias=True)
        assert Translation.of(alias) is None
        assert not Translation.objects.exists()


class TestSignOff:
    def test_page_goes_live_with_both_signatures(
        self, english_page, editor, translator, reviewer, spanish
    ):
        copy = translate(english_page, spanish)
        change(copy, editor, introduction="Cuidamos.")
        state = submit(copy, editor)
        with pytest.raises(ReviewRefused, match="translator"):
            act(state, reviewer)
        assert not fresh(copy).live

        record = sign_draft(copy, translator)
        act(state, reviewer)
        assert fresh(copy).live
        assert fresh(copy).reviewed_by == reviewer.people.get()
        assert record.translator_name.endswith("CMI-Spanish")
        assert record.translated_by == editor
        assert state_of(fresh(copy), Translation.of(copy)) == TranslationState.CURRENT

    def test_text_needs_both_signatures(self, editor, translator, reviewer, spanish):
        copy = translate(make_patient_text(), spanish)
        change(copy, editor, title="Gracias")
        state = submit(copy, editor)
        with pytest.raises(ReviewRefused, match="translator"):
            act(state, reviewer)
        sign_draft(copy, translator)
        act(state, reviewer)
        assert fresh(copy).live

    def test_signing_publishes_nothing(self, english_page, translator, spanish):
        copy = translate(english_page, spanish)
        change(copy, translator, introduction="Cuidamos.")
        sign_draft(copy, translator)
        assert not fresh(copy).live
        with pytest.raises(ReviewRefused):
            fresh(copy).latest_revision.publish(skip_permission_checks=True)

    def test_signature_stands_under_the_content_only(
        self, english_page, editor, translator, reviewer, spanish
    ):
        copy = translate(english_page, spanish)
        change(copy, editor, introduction="Cuidamos.")
        sign_draft(copy, translator)
        change(copy, editor, introduction="Otra cosa.")
        with pytest.raises(ReviewRefused, match="translator"):
            act(submit(copy, editor), reviewer)
        assert not fresh(copy).live

    def test_a_later_change_needs_a_new_signature(
        self, english_page, editor, translator, reviewer, spanish
    ):
        copy = translate(english_page, spanish)
        change(copy, editor, introduction="Cuidamos.")
        sign_draft(copy, translator)
        act(submit(copy, editor), reviewer)
        change(copy, editor, introduction="Cuidamos mucho.")
        with pytest.raises(ReviewRefused, match="translator"):
            act(submit(copy, editor), reviewer)
        assert fresh(copy).introduction == "Cuidamos."

    def test_translator_does_not_approve(self, english_page, editor, spanish):
        both = make_translator(REVIEWERS)
        copy = translate(english_page, spanish)
        change(copy, editor, introduction="Cuidamos.")
        state = submit(copy, editor)
        assert set(APPROVALS) & set(names_of(state, both))
        sign_draft(copy, both)
        with pytest.raises(ReviewRefused, match="Another reviewer"):
            act(state, both)
        assert not set(APPROVALS) & set(names_of(state, both))
        assert not fresh(copy).live

    def test_translation_without_a_recorded_version_needs_a_signature_too(
        self, english_page, editor, reviewer, spanish
    ):
        home = english_page.get_parent().get_translation(spanish)
        page = make_page(home, translation_key=english_page.translation_key, live=False)
        change(page, editor, introduction="Cuidamos.")
        with pytest.raises(ReviewRefused, match="translator"):
            act(submit(page, editor), reviewer)
        assert not fresh(page).live

    def test_text_that_is_written_anew_needs_a_signature_too(self, editor, reviewer, spanish):
        make_patient_text()
        text = make_patient_text(locale=spanish, title="Gracias", live=False)
        change(text, editor, title="Muchas gracias")
        with pytest.raises(ReviewRefused, match="translator"):
            act(submit(text, editor), reviewer)
        assert not fresh(text).live

    def test_translation_of_a_deleted_page_needs_a_signature_still(
        self, english_page, editor, reviewer, spanish
    ):
        page = make_page(english_page.get_parent(), live=False)
        copy = translate(page, spanish)
        fresh(page).delete()
        change(copy, editor, introduction="Cuidamos.")
        with pytest.raises(ReviewRefused, match="translator"):
            act(submit(copy, editor), reviewer)


class TestWhoSigns:
    @pytest.mark.parametrize(
        "who",
        [
            lambda: make_user(EDITORS),
            lambda: make_reviewer(),
            lambda: make_translator(ADMINISTRATORS),
            lambda: make_user(is_superuser=True),
        ],
        ids=["editor", "reviewer", "administrator", "superuser"],
    )
    def test_others_cannot(self, english_page, spanish, who):
        copy = translate(english_page, spanish)
        with pytest.raises(PermissionDenied):
            sign_draft(copy, who())
        assert Translation.of(copy).signed_sha256 == ""

    def test_what_changed_meanwhile_is_not_signed(self, english_page, editor, translator, spanish):
        copy = translate(english_page, spanish)
        seen = draft_sha256(copy)
        change(copy, editor, introduction="Otra cosa.")
        with pytest.raises(ReviewRefused, match="changed"):
            sign(fresh(copy), user=translator, seen=seen)

    def test_untouched_copy_is_not_signed(self, english_page, translator, spanish):
        copy = translate(english_page, spanish)
        with pytest.raises(ReviewRefused, match="still the English text"):
            sign_draft(copy, translator)

    def test_english_text_is_not_signed(self, english_page, translator):
        with pytest.raises(ReviewRefused, match="no translation"):
            sign_draft(english_page, translator)

    def test_signing_is_audited(self, english_page, translator, spanish):
        copy = translate(english_page, spanish)
        change(copy, translator, introduction="Cuidamos.")
        sign_draft(copy, translator)
        event = AuditEvent.objects.get(action="translation.signed")
        assert (event.actor_id, event.object_id) == (translator.pk, str(copy.pk))

    def test_translators_need_not_stand_on_the_people_page(self, translator):
        shown = make_person(locale=make_locale("en"))
        assert list(Person.objects.for_listing()) == [shown]


class TestStaleness:
    @pytest.fixture
    def copy(self, english_page, editor, spanish):
        copy = translate(english_page, spanish)
        publish(copy, editor, introduction="Cuidamos.")
        return copy

    def test_changed_english_page_leaves_it_behind(self, english_page, copy, editor):
        assert state_of(fresh(copy), Translation.of(copy)) == TranslationState.CURRENT
        publish(english_page, editor, introduction="We care more.")
        assert state_of(fresh(copy), Translation.of(copy)) == TranslationState.BEHIND

    def test_english_draft_or_unchanged_publication_does_not(self, english_page, copy, editor):
        change(english_page, editor, introduction="Draft")
        assert not Translation.of(copy).is_behind
        publish(english_page, editor, introduction="We care.")
        assert not Translation.of(copy).is_behind

    def test_english_page_changed_back_is_not_newer(self, english_page, copy, editor):
        publish(english_page, editor, introduction="We care more.")
        publish(english_page, editor, introduction="We care.")
        assert not Translation.of(copy).is_behind

    def test_changed_english_text_leaves_its_translation_behind(self, editor, spanish):
        text = make_patient_text()
        copy = translate(text, spanish)
        publish(text, editor, title="Other")
        assert Translation.of(copy).is_behind

    def test_another_kind_with_the_same_number_is_left_alone(self, english_page, copy, editor):
        other = ContentType.objects.get_for_model(PatientText)
        Translation.objects.filter(object_id=str(copy.pk)).update(content_type=other)
        publish(english_page, editor, introduction="We care more.")
        assert not Translation.objects.get(object_id=str(copy.pk)).is_behind

    def test_translation_without_a_version_is_behind(self, english_page, spanish):
        home = english_page.get_parent().get_translation(spanish)
        page = make_page(home, translation_key=english_page.translation_key)
        assert state_of(page, Translation.of(page)) == TranslationState.BEHIND
        assert record_versions(Page) == 1
        assert state_of(page, Translation.of(page)) == TranslationState.CURRENT
        assert record_versions(Page) == 0


class TestMarkingAsUpToDate:
    @pytest.fixture
    def copy(self, english_page, editor, spanish):
        copy = translate(english_page, spanish)
        publish(copy, editor, introduction="Cuidamos.")
        publish(english_page, editor, introduction="We care more.")
        return fresh(copy)

    @pytest.mark.parametrize("who", [make_reviewer, make_translator])
    def test_reviewer_or_translator_records_the_new_version(self, english_page, copy, who):
        user = who()
        revision, sha256 = version_of(fresh(english_page))
        mark_up_to_date(copy, user=user, seen=sha256)
        record = Translation.of(copy)
        assert not record.is_behind
        assert record.source_revision == revision
        assert AuditEvent.objects.get(action="translation.up_to_date").actor_id == user.pk

    def test_editor_cannot(self, english_page, copy, editor):
        with pytest.raises(PermissionDenied):
            mark_up_to_date(copy, user=editor, seen=version_of(fresh(english_page))[1])
        assert Translation.of(copy).is_behind

    def test_what_changed_meanwhile_is_not_confirmed(self, english_page, copy, editor, reviewer):
        seen = version_of(fresh(english_page))[1]
        publish(english_page, editor, introduction="We care most.")
        with pytest.raises(ReviewRefused, match="changed"):
            mark_up_to_date(copy, user=reviewer, seen=seen)
        assert Translation.of(copy).is_behind

    def test_taken_down_english_page_confirms_nothing(self, english_page, copy, reviewer):
        StandardPage.objects.filter(pk=english_page.pk).update(live=False)
        with pytest.raises(ReviewRefused, match="not on the site"):
            mark_up_to_date(copy, user=reviewer, seen=version_of(fresh(english_page))[1])

    def test_it_is_no_signature(self, english_page, copy, translator):
        mark_up_to_date(copy, user=translator, seen=version_of(fresh(english_page))[1])
        assert Translation.of(copy).signed_sha256 == ""


class TestReviewScreen:
    def decide(self, state, user):
        data = {"action": "approve_whole_page", "comment": ""}
        return log_in(user).post(reverse("review_change", args=[state.pk]), data)

    def test_unsigned_translation__is_refused_with_the_reason_and_the_way(
        self, english_page, editor, reviewer, spanish
    ):
        copy = translate(english_page, spanish)
        change(copy, editor, introduction="Le cuidamos.")
        state = submit(copy, editor)
        response = self.decide(state, reviewer)
        html = response.content.decode()
        assert response.status_code == 422
        assert "No qualified translator has signed this text as it is now." in html
        assert reverse("translation", args=["wagtailcore", "page", copy.pk]) in html
        assert not fresh(copy).live

    def test_signed_translation__goes_live_with_both_names(
        self, english_page, editor, reviewer, translator, spanish
    ):
        copy = translate(english_page, spanish)
        change(copy, editor, introduction="Le cuidamos.")
        state = submit(copy, editor)
        sign_draft(copy, translator)
        assert self.decide(state, reviewer).status_code == 302
        assert fresh(copy).live
        assert fresh(copy).reviewed_by == reviewer.people.get()
        assert translator.people.get().name in Translation.of(fresh(copy)).translator_name
