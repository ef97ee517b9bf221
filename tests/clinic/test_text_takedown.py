"""Texts that stand on other pages leave the site at once, and come back through a review."""

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from clinic.models import AuditEvent, PatientText, TextTakeDown
from clinic.models.review import APPROVE_CHANGE, APPROVE_WHOLE_PAGE
from clinic.models.translation import draft_sha256
from clinic.review import ReviewRefused
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from clinic.site_facts import patient_texts
from clinic.takedown import take_down_texts
from education.models import GlossaryTerm
from tests.clinic.review_steps import act, change, fresh, log_in, submit
from tests.factories import (
    make_home_page,
    make_locale,
    make_patient_text,
    make_reviewer,
    make_user,
)
from tests.inquiries.factories import make_trial
from trials.inquiries.consent import consent_text
from trials.inquiries.enums import TeamRole
from trials.inquiries.services import join_team, sign_summary
from trials.models import PlainSummary

pytestmark = pytest.mark.django_db
REASON = "The dose in the second sentence is wrong."
KEY = PatientText.Key
WRONG = "Take two of them"


def make_term(**overrides):
    fields = {"term": "antigen", "slug": "antigen", "definition": WRONG, "locale": make_locale()}
    return GlossaryTerm.objects.create(**fields | overrides)


def make_summary(**overrides):
    fields = {
        "trial": overrides.pop("trial", None) or make_trial(),
        "title": "A plain title",
        "what_is_it_about": WRONG,
        "locale": make_locale(),
        "irb_reference": "IRB-1",
        "irb_approved_on": date(2026, 1, 1),
        "irb_expires_on": date(2099, 1, 1),
    }
    return PlainSummary.objects.create(**fields | overrides)


def make_text(**overrides):
    return make_patient_text(body=f"<p>{WRONG}</p>", **overrides)


MAKERS = {"text": make_text, "term": make_term, "summary": make_summary}


@pytest.fixture(params=MAKERS)
def text(request):
    make_home_page()
    return MAKERS[request.param]()


def url_of(text):
    meta = text._meta
    return reverse("take_down_text", args=[meta.app_label, meta.model_name, text.pk])


def list_of(text):
    return reverse(text.snippet_viewset.get_url_name("list"))


@pytest.mark.parametrize("role", [EDITORS, REVIEWERS, ADMINISTRATORS])
class TestWhoMay:
    def test_text_leaves_the_site_with_a_reason(self, text, role):
        user = make_user(role)
        response = log_in(user).post(url_of(text), {"reason": REASON}, follow=True)
        assert response.redirect_chain[-1][0] == list_of(text)
        assert not fresh(text).live
        record = TextTakeDown.objects.get()
        assert (record.object_id, record.reason, record.taken_down_by) == (
            str(text.pk),
            REASON,
            user,
        )
        event = AuditEvent.objects.get(action="text.taken_down")
        assert (event.actor, event.object_id) == (user, str(text.pk))
        assert REASON not in str(event.data)

    def test_button_is_offered_in_the_list_while_it_is_live(self, text, role):
        client = log_in(make_user(role))
        assert url_of(text) in client.get(list_of(text)).text
        take_down_texts([text], user=make_user(role), reason=REASON)
        assert url_of(text) not in client.get(list_of(text)).text

    def test_reason_is_required(self, text, role):
        response = log_in(make_user(role)).post(url_of(text), {"reason": " "})
        assert response.status_code == 200
        assert fresh(text).live


@pytest.mark.parametrize("role", [COORDINATORS, LEADS, None])
def test_others_may_not(text, role):
    client = log_in(make_user(role))
    client.get(url_of(text))
    client.post(url_of(text), {"reason": REASON})
    assert fresh(text).live
    assert not TextTakeDown.objects.exists()
    assert url_of(text) not in client.get(list_of(text), follow=True).text


def test_button_stands_in_the_editor(text):
    client = log_in(make_user(EDITORS))
    edit = reverse(text.snippet_viewset.get_url_name("edit"), args=[text.pk])
    assert url_of(text) in client.get(edit).text


@pytest.mark.parametrize(
    "path", ["clinic/user/1", "clinic/person/1", "clinic/homepage/1", "nothing/at_all/x"]
)
def test_nothing_else_can_be_taken_down_that_way(path):
    make_home_page()
    client = log_in(make_user(is_superuser=True))
    assert client.post(f"/admin/texts/{path}/take-down/", {"reason": "x"}).status_code == 404


def test_draft_is_refused(text):
    type(text).objects.update(live=False)
    log_in(make_user(EDITORS)).post(url_of(text), {"reason": REASON})
    assert not TextTakeDown.objects.exists()


class TestWhatReadersSee:
    def test_english_stands_in_for_a_translation(self):
        english = make_patient_text(title="Thank you")
        spanish = make_text(locale=make_locale("es"), translation_key=english.translation_key)
        take_down_texts([spanish], user=make_user(EDITORS), reason=REASON)
        with translation.override("es"):
            assert patient_texts()[KEY.THANK_YOU] == english

    def test_other_languages_go_too_when_asked(self):
        english = make_text()
        spanish = make_text(locale=make_locale("es"), translation_key=english.translation_key)
        client = log_in(make_user(EDITORS))
        client.post(url_of(english), {"reason": REASON, "with_translations": "on"})
        assert not fresh(english).live and not fresh(spanish).live

    def test_consent_without_a_text_is_the_one_of_the_product(self, client):
        make_home_page()
        consent = make_text(key=KEY.CONSENT)
        assert WRONG in client.get("/en/trials/help/").text
        take_down_texts([consent], user=make_user(EDITORS), reason=REASON)
        page = client.get("/en/trials/help/").text
        assert WRONG not in page and "The study team may contact me" in page
        assert consent_text().version.startswith("en-0-")

    @pytest.mark.parametrize("key", KEY.values)
    def test_every_text_may_be_missing(self, client, key):
        make_home_page()
        text = make_text(key=key)
        take_down_texts([text], user=make_user(EDITORS), reason=REASON)
        for path in ("/en/", "/en/trials/help/", "/en/inquiry/unknown/"):
            response = client.get(path)
            assert response.status_code in {200, 404} and WRONG not in response.text

    def test_trial_shows_the_registry_alone(self, client):
        make_home_page()
        trial = make_trial()
        summary = make_summary(trial=trial)
        address = f"/en/trials/{trial.nct_id}/"
        assert WRONG in client.get(address).text
        take_down_texts([summary], user=make_user(EDITORS), reason=REASON)
        page = client.get(address)
        assert page.status_code == 200 and WRONG not in page.text

    def test_glossary_forgets_the_word(self, client):
        make_home_page()
        term = make_term()
        assert WRONG in client.get("/en/glossary/").text
        take_down_texts([term], user=make_user(EDITORS), reason=REASON)
        assert WRONG not in client.get("/en/glossary/").text


def sign_for_the_team(text):
    """Sign a trial's summary as its team does; other texts need no team."""
    if isinstance(text, PlainSummary):
        member = make_user(COORDINATORS)
        join_team(trial=text.trial, user=member, role=TeamRole.COORDINATOR, actor=member)
        sign_summary(fresh(text), user=member, seen=draft_sha256(fresh(text)))


class TestComingBack:
    def test_through_a_review_of_the_whole_text(self, text):
        editor, reviewer = make_user(EDITORS), make_reviewer()
        take_down_texts([text], user=editor, reason=REASON)
        change(text, editor)
        sign_for_the_team(text)
        state = submit(text, editor)
        with pytest.raises(ReviewRefused):
            act(state, reviewer, APPROVE_CHANGE)
        act(state, reviewer, APPROVE_WHOLE_PAGE)
        assert fresh(text).live

    def test_not_with_an_approval_from_before(self, text):
        editor, reviewer = make_user(EDITORS), make_reviewer()
        change(text, editor)
        sign_for_the_team(text)
        act(submit(text, editor), reviewer, APPROVE_WHOLE_PAGE)
        approved = fresh(text).latest_revision
        take_down_texts([fresh(text)], user=editor, reason=REASON)
        with pytest.raises(ReviewRefused):
            approved.publish(skip_permission_checks=True)
        assert not fresh(text).live

    def test_not_by_a_schedule_from_before(self, text):
        editor = make_user(EDITORS)
        change(text, editor)
        fresh(text).revisions.update(approved_go_live_at=timezone.now())
        take_down_texts([fresh(text)], user=editor, reason=REASON)
        assert not fresh(text).revisions.exclude(approved_go_live_at=None).exists()
