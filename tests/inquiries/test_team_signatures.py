"""A plain summary goes live when the trial's team, then a reviewer, has signed it, and the IRB."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from clinic.models import AuditEvent, TextTakeDown, Translation
from clinic.models.review import APPROVE_WHOLE_PAGE
from clinic.models.translation import draft_sha256
from clinic.reading import reading_level
from clinic.review import ReviewRefused
from clinic.review_views import review_url
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS, REVIEWERS
from clinic.translation_work import sign
from tests.clinic.review_steps import act, change, fresh, log_in, names_of, submit
from tests.factories import make_locale, make_person, make_reviewer, make_user
from tests.trials.factories import make_study, sync_studies
from trials.inquiries.enums import TeamRole
from trials.inquiries.models import TrialTeamMember
from trials.inquiries.services import join_team, sign_summary, summaries_to_sign
from trials.models import PlainSummary, TeamSignature, Trial

pytestmark = pytest.mark.django_db
IRB = {
    "irb_reference": "IRB-1",
    "irb_approved_on": date(2026, 1, 1),
    "irb_expires_on": date(2099, 1, 1),
}
EDITED = ("title", "what_is_it_about", "who_can_join", "possible_risks")


@pytest.fixture
def trial(db):
    sync_studies(make_study(), make_study("NCT99990002"))
    return Trial.objects.get(nct_id="NCT99990001")


@pytest.fixture
def editor():
    return make_user(EDITORS)


@pytest.fixture
def reviewer():
    return make_reviewer()


def on_team(trial, role=COORDINATORS, *others):
    user = make_user(role)
    for other in others:
        user.groups.add(make_user(other).groups.get())
    join_team(trial=trial, user=user, role=TeamRole.COORDINATOR, actor=user)
    return user


def write(trial, editor, language="en", **fields):
    """Return a summary that an editor has written; nobody reads it yet."""
    summary = PlainSummary.objects.create(
        trial=trial,
        locale=Locale.objects.get_or_create(language_code=language)[0],
        what_is_it_about="It tests a drug.",
        live=False,
        **{"title": "A plain title", **IRB, **fields},
    )
    change(summary, editor, who_can_join="You can join.")
    return summary


def sign_draft(summary, user):
    return sign_summary(fresh(summary), user=user, seen=draft_sha256(fresh(summary)))


def decide(state, user, action=APPROVE_WHOLE_PAGE, comment=""):
    return log_in(user).post(review_url(state), {"action": action, "comment": comment}, follow=True)


class TestTheWay:
    @pytest.mark.parametrize("role", [COORDINATORS, LEADS])
    def test_team_then_reviewer_then_live(self, trial, editor, reviewer, role):
        summary = write(trial, editor)
        state = submit(summary, editor)
        member = on_team(trial, role)
        sign_draft(summary, member)
        decide(state, reviewer)
        live = fresh(summary)
        assert live.live
        assert live.reviewed_by == reviewer.people.get()
        signature = TeamSignature.objects.get()
        assert (signature.signed_by, signature.summary) == (member, summary)
        assert AuditEvent.objects.get(action="summary.signed_by_team").actor_id == member.pk

    def test_without_the_team_nothing_goes_live(self, trial, editor, reviewer):
        summary = write(trial, editor)
        answer = decide(submit(summary, editor), reviewer)
        assert answer.status_code == 422
        assert "team has not signed this text" in answer.content.decode()
        assert not fresh(summary).live

    @pytest.mark.parametrize("missing", [*IRB])
    def test_both_signatures_do_not_open_the_ethics_boards_gate(
        self, trial, editor, reviewer, missing
    ):
        summary = write(trial, editor, **{missing: None if missing != "irb_reference" else ""})
        state = submit(summary, editor)
        sign_draft(summary, on_team(trial))
        answer = decide(state, reviewer)
        assert "Enter the IRB reference" in answer.content.decode()
        assert not fresh(summary).live

    def test_review_screen_tells_of_the_signature(self, trial, editor, reviewer):
        summary = write(trial, editor)
        state = submit(summary, editor)
        before = log_in(reviewer).get(review_url(state)).content.decode()
        assert "nobody has signed this text as it is now" in before
        member = on_team(trial)
        sign_draft(summary, member)
        assert "signed by " in log_in(reviewer).get(review_url(state)).content.decode()

    def test_line_ends_of_a_browser_change_nothing(self, trial, editor):
        summary = write(trial, editor, what_happens="First.\n\n- Second")
        before = draft_sha256(fresh(summary))
        address = reverse(summary.snippet_viewset.get_url_name("edit"), args=[summary.pk])
        draft = fresh(summary).get_latest_revision_as_object()
        names = (*EDITED, "overnight_stays", "biopsies", "placebo_possible", "travel_help", *IRB)
        data = {name: getattr(draft, name) for name in names} | {"trial": trial.pk}
        data["what_happens"] = "First.\r\n\r\n- Second"
        answer = log_in(editor).post(address, data)
        assert answer.status_code == 302
        assert fresh(summary).revisions.count() == 2
        assert draft_sha256(fresh(summary)) == before

    def test_editor_tells_of_the_signature(self, trial, editor):
        summary = write(trial, editor)
        address = reverse(summary.snippet_viewset.get_url_name("edit"), args=[summary.pk])
        assert "has not signed this text" in log_in(editor).get(address).content.decode()
        sign_draft(summary, on_team(trial))
        assert "signed this text for the trial’s team on" in (
            log_in(editor).get(address).content.decode()
        )


class TestWaysAround:
    def test_another_trials_team_cannot_sign(self, trial, editor):
        other = on_team(Trial.objects.get(nct_id="NCT99990002"))
        with pytest.raises(PermissionDenied):
            sign_draft(write(trial, editor), other)

    @pytest.mark.parametrize("role", [EDITORS, REVIEWERS, ADMINISTRATORS, None])
    def test_a_member_who_is_no_coordinator_cannot_sign(self, trial, editor, role):
        summary = write(trial, editor)
        user = make_user(role, is_superuser=role is None)
        TrialTeamMember.objects.create(trial=trial, user=user, role=TeamRole.INVESTIGATOR)
        with pytest.raises(PermissionDenied):
            sign_draft(summary, user)
        address = reverse("my_trials:summary", args=[summary.pk])
        log_in(user).post(address, {"seen": draft_sha256(fresh(summary))})
        assert not TeamSignature.objects.exists()

    def test_a_lead_beside_the_team_cannot_sign(self, trial, editor):
        with pytest.raises(PermissionDenied):
            sign_draft(write(trial, editor), make_user(LEADS))

    def test_nobody_signs_their_own_text(self, trial):
        writer = on_team(trial, COORDINATORS, EDITORS)
        summary = write(trial, writer)
        with pytest.raises(ReviewRefused, match="wrote or submitted"):
            sign_draft(summary, writer)

    def test_who_submits_cannot_sign(self, trial, editor):
        member = on_team(trial, COORDINATORS, EDITORS)
        summary = write(trial, editor)
        submit(summary, member)
        with pytest.raises(ReviewRefused, match="wrote or submitted"):
            sign_draft(summary, member)

    def test_who_signed_and_then_submits_stops_the_approval(self, trial, editor, reviewer):
        member = on_team(trial, COORDINATORS, EDITORS)
        summary = write(trial, editor)
        sign_draft(summary, member)
        answer = decide(submit(summary, member), reviewer)
        assert "also wrote or submitted" in answer.content.decode()
        assert not fresh(summary).live

    def test_who_signed_for_the_team_cannot_review(self, trial, editor):
        both = on_team(trial, COORDINATORS, REVIEWERS)
        make_person(user=both)
        summary = write(trial, editor)
        state = submit(summary, editor)
        sign_draft(summary, both)
        assert "approve" not in " ".join(names_of(state, both))
        with pytest.raises(ReviewRefused, match="signed this text for the trial"):
            act(state, both)
        assert not fresh(summary).live

    def test_nor_with_a_second_login_of_the_same_person(self, trial, editor, reviewer):
        member = on_team(trial)
        person = reviewer.people.get()
        make_person(user=member, locale=make_locale("es"), translation_key=person.translation_key)
        summary = write(trial, editor)
        state = submit(summary, editor)
        sign_draft(summary, member)
        with pytest.raises(ReviewRefused, match="signed this text for the trial"):
            act(state, reviewer)

    def test_a_change_takes_the_signature_away(self, trial, editor, reviewer):
        summary = write(trial, editor)
        sign_draft(summary, on_team(trial))
        change(summary, editor, possible_risks="None at all.")
        answer = decide(submit(summary, editor), reviewer)
        assert "team has not signed this text" in answer.content.decode()
        assert not fresh(summary).live

    def test_what_changed_since_it_was_opened_is_not_signed(self, trial, editor):
        summary = write(trial, editor)
        seen = draft_sha256(fresh(summary))
        change(summary, editor, possible_risks="None at all.")
        with pytest.raises(ReviewRefused, match="has changed since you opened it"):
            sign_summary(fresh(summary), user=on_team(trial), seen=seen)

    def test_a_signature_from_before_a_take_down_counts_no_more(self, trial, editor, reviewer):
        summary = write(trial, editor)
        sign_draft(summary, on_team(trial))
        TextTakeDown.objects.create(
            content_type=summary.get_base_content_type(),
            object_id=str(summary.pk),
            reason="Wrong",
            taken_down_at=timezone.now(),
        )
        with pytest.raises(ReviewRefused, match="has not signed"):
            act(submit(summary, editor), reviewer)

    def test_comparing_with_the_registry_leaves_the_signature(self, trial, editor, reviewer):
        summary = write(trial, editor)
        sign_draft(summary, on_team(trial))
        PlainSummary.objects.update(registry_compared_at=timezone.now())
        fresh(summary).get_latest_revision_as_object().save_revision(user=editor)
        decide(submit(summary, editor), reviewer)
        assert fresh(summary).live

    def test_the_team_signs_once(self, trial, editor):
        summary = write(trial, editor)
        sign_draft(summary, on_team(trial))
        with pytest.raises(ReviewRefused, match="already"):
            sign_draft(summary, on_team(trial))


class TestSpanish:
    @pytest.fixture
    def translator(self):
        user = make_user(EDITORS)
        make_person(user=user, is_qualified_translator=True, locale=make_locale("es"))
        return user

    def translate(self, summary, editor):
        copy = fresh(summary).copy_for_translation(make_locale("es"))
        copy.save()
        change(copy, editor, title="Un título", what_is_it_about="Prueba una medicina.")
        return fresh(copy)

    def test_it_stands_on_the_teams_signature_of_the_english_text(
        self, trial, editor, reviewer, translator
    ):
        english = write(trial, editor)
        spanish = self.translate(english, editor)
        sign(spanish, user=translator, seen=draft_sha256(spanish))
        state = submit(spanish, editor)
        with pytest.raises(ReviewRefused, match="has not signed"):
            act(state, reviewer)
        sign_draft(english, on_team(trial))
        act(state, reviewer)
        assert fresh(spanish).live

    def test_the_team_does_not_sign_it(self, trial, editor):
        spanish = self.translate(write(trial, editor), editor)
        with pytest.raises(ReviewRefused, match="its translator signs"):
            sign_draft(spanish, on_team(trial))

    def test_it_needs_the_team_where_there_is_no_english_text(self, trial, editor, reviewer):
        spanish = write(trial, editor, language="es")
        state = submit(spanish, editor)
        with pytest.raises(ReviewRefused, match="has not signed"):
            act(state, reviewer)
        sign_draft(spanish, on_team(trial))
        act(state, reviewer)
        assert fresh(spanish).live

    def test_who_signed_for_the_team_cannot_sign_as_translator(self, trial, editor, translator):
        english = write(trial, editor)
        join_team(trial=trial, user=translator, role=TeamRole.COORDINATOR, actor=editor)
        translator.groups.add(make_user(COORDINATORS).groups.get())
        sign_draft(english, translator)
        spanish = self.translate(english, editor)
        with pytest.raises(ReviewRefused, match="in another role"):
            sign(spanish, user=translator, seen=draft_sha256(spanish))
        assert not Translation.of(spanish).signed_sha256


class TestScreen:
    def test_a_member_finds_reads_and_signs_it(self, trial, editor):
        summary = write(trial, editor)
        submit(summary, editor)
        member = on_team(trial)
        client, address = log_in(member), reverse("my_trials:summary", args=[summary.pk])
        assert address in client.get(reverse("my_trials:index")).content.decode()
        assert "Summaries to sign" in client.get(reverse("wagtailadmin_home")).content.decode()
        page = client.get(address).content.decode()
        assert "You can join." in page and "You sign as" in page
        answer = client.post(address, {"seen": draft_sha256(fresh(summary))}, follow=True)
        assert "You signed the text" in answer.content.decode()
        assert summaries_to_sign(member) == []
        assert address not in client.get(reverse("my_trials:index")).content.decode()

    def test_old_words_are_not_signed(self, trial, editor):
        summary = write(trial, editor)
        address = reverse("my_trials:summary", args=[summary.pk])
        answer = log_in(on_team(trial)).post(address, {"seen": "0" * 64}, follow=True)
        assert "has changed since you opened it" in answer.content.decode()
        assert not TeamSignature.objects.exists()

    def test_others_do_not_see_it(self, trial, editor):
        summary = write(trial, editor)
        submit(summary, editor)
        other = on_team(Trial.objects.get(nct_id="NCT99990002"))
        answer = log_in(other).get(reverse("my_trials:summary", args=[summary.pk]), follow=True)
        assert "You can join." not in answer.content.decode()
        assert summaries_to_sign(other) == []

    def test_an_author_gets_no_button(self, trial):
        writer = on_team(trial, COORDINATORS, EDITORS)
        summary = write(trial, writer)
        page = log_in(writer).get(reverse("my_trials:summary", args=[summary.pk]))
        assert 'name="seen"' not in page.content.decode()


class TestGradeGate:
    """Each field of a plain summary has to be readable, not only the whole."""

    EASY = "You come to us. We take blood. You go home. " * 12
    HARD = (
        "Individuals experiencing immunotherapy-associated complications necessitate "
        "comprehensive multidisciplinary hospitalization, subsequently immunosuppression."
    )
    EASY_ES = "Usted viene. Le sacamos sangre. Usted se va a casa. " * 12
    HARD_ES = (
        "Las complicaciones inmunológicas potencialmente irreversibles requieren hospitalización "
        "multidisciplinaria inmediata y, posteriormente, inmunosupresión farmacológica prolongada."
    )

    @pytest.mark.parametrize(
        ("language", "easy", "hard"), [("en", EASY, HARD), ("es", EASY_ES, HARD_ES)]
    )
    def test_one_hard_field_needs_a_reason(self, trial, editor, reviewer, language, easy, hard):
        summary = write(trial, editor, language=language, what_happens=easy)
        change(summary, editor, possible_risks=hard)
        state = submit(summary, editor)
        sign_draft(summary, on_team(trial))
        level = reading_level(fresh(summary).get_latest_revision_as_object())
        assert not level.is_too_hard
        answer = decide(state, reviewer)
        assert answer.status_code == 422
        assert "These parts are hard to read: What are the risks?" in answer.content.decode()
        assert not fresh(summary).live
        decide(state, reviewer, comment="The words of the law.")
        assert fresh(summary).live

    def test_the_editor_is_told_before_submitting(self, trial, editor):
        summary = write(trial, editor, what_happens=self.EASY)
        change(summary, editor, possible_risks=self.HARD)
        address = reverse(summary.snippet_viewset.get_url_name("edit"), args=[summary.pk])
        page = log_in(editor).get(address).content.decode()
        assert "These parts are harder to read than the limit" in page

    def test_easy_fields_need_none(self, trial, editor, reviewer):
        summary = write(trial, editor, what_happens=self.EASY)
        state = submit(summary, editor)
        sign_draft(summary, on_team(trial))
        decide(state, reviewer)
        assert fresh(summary).live
