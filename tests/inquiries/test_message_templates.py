"""The messages to senders: what may stand in them, who lets them out, and what is sent instead."""

import re

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.models import AuditEvent, ClinicSettings
from clinic.outbox import send_next
from clinic.reading import reading_level
from clinic.review import ReviewRefused, publishing_without_review
from clinic.roles import ADMINISTRATORS, COORDINATORS, EDITORS, LEADS
from tests.clinic.review_steps import act, submit
from tests.factories import make_home_page, make_locale, make_reviewer, make_user
from tests.inquiries.factories import PLANTED, make_inquiry, make_trial
from tests.trials.factories import add_synonyms, make_cancer_type
from trials.inquiries import services
from trials.inquiries.enums import Channel, Closing, EndReason, InquiryState, Outcome
from trials.inquiries.message_keys import PLACEHOLDERS, MessageKey
from trials.inquiries.message_rules import body_problems, subject_problems, telltale
from trials.inquiries.message_seeds import add_missing
from trials.inquiries.message_text import (
    fill_in,
    has_stray_brace,
    missing_names,
    names_in,
    unknown_names,
)
from trials.inquiries.models import Inquiry, MessageTemplate
from trials.inquiries.neutral_words import telltale_words
from trials.inquiries.sender_texts import (
    LANGUAGES,
    fill_in_message,
    shipped_texts,
    text_for,
)

EVERY_TEXT = [(key, language) for key in MessageKey for language in LANGUAGES]
TELLTALE = [
    "Your cancer trial",
    "CÁNCER",
    "About your tumor",
    "About your tumour",
    "Oncología",
    "oncology visit",
    "Inmunoterapia",
    "immuno\u00adtherapy",
    "can\u200bcer",
    "Clinical study news",
    "estudio clínico",
    "Ensayo clínico",
    "Su leucemia",
    "Your lymphoma",
    "pembrolizumab",
    "Imatinib",
    "Your CAR-T visit",
    "NCT01234567",
    "Quimioterapia",
    "Your treatment",
    "Su tratamiento",
]
NEUTRAL = [
    "We received your message",
    "Recibimos su mensaje",
    "About your message to us",
    "Is this the right address?",
    "There is news about your request",
    "Marigold Clinic: your request",
    "Sobre su solicitud",
    "A word from us before Monday",
]


def ids(pairs):
    return [f"{key}-{language}" for key, language in pairs]


def make_template(key=MessageKey.RECEIVED, language="en", **fields):
    text = shipped_texts()[key, language]
    row = MessageTemplate(
        key=key,
        locale=make_locale(language),
        **{"subject": text.subject, "body": text.body, "live": False, **fields},
    )
    row.save()
    row.save_revision()
    return row


def put_live(row):
    with publishing_without_review():
        row.save_revision().publish()
    row.refresh_from_db()
    return row


class TestWords:
    @pytest.mark.parametrize("text", TELLTALE)
    def test_telltale(self, text):
        assert telltale_words(text)

    @pytest.mark.parametrize("text", NEUTRAL)
    def test_neutral(self, text):
        assert telltale_words(text) == []

    def test_abbreviations__count_only_as_they_are_written(self):
        assert telltale_words("Please call us at all times", (), ["ALL"]) == []
        assert telltale_words("Your ALL visit", (), ["ALL"]) == ["ALL"]

    @pytest.mark.django_db
    def test_words_of_the_clinic__names_of_its_trials_and_drugs(self):
        add_synonyms(("Zebrafinib-X",), cancer_type=make_cancer_type("nose", "Snoutoma"))
        make_trial(acronym="BRIGHT", brief_title="Blue pills for the nose")
        for text in ("zebrafinib-x today", "Snoutoma", "BRIGHT news", "Blue pills for the nose"):
            assert telltale(text), text
        assert telltale("A bright day") == []


class TestFillingIn:
    names = st.sampled_from(["reference", "link", "phone", "clinic", "date", "promise", "name"])
    pieces = st.one_of(st.text(max_size=20), names.map(lambda name: f"{{{name}}}"))
    texts = st.lists(pieces, max_size=12).map("".join)
    values = st.dictionaries(names, st.text(max_size=12))

    @given(texts, values)
    def test_never_fails_and_leaves_no_name_behind(self, text, values):
        filled = fill_in(text, values)
        if not has_stray_brace(text) and "{" not in "".join(values.values()):
            assert names_in(filled) == []

    @given(st.text(alphabet="{}!:.[]_abc0 \n", max_size=40))
    def test_anything_in_braces__is_a_plain_name_or_refused(self, text):
        if not has_stray_brace(text) and not unknown_names(text, set()):
            assert "{" not in text and "}" not in text

    @pytest.mark.parametrize(
        "text",
        ["{reference.__class__}", "{reference!r}", "{0}", "{}", "{{reference}}", "{ link }", "{"],
    )
    def test_formatting_tricks__are_stray_braces(self, text):
        assert has_stray_brace(text) or unknown_names(text, {"reference"})

    def test_value__is_put_in_once_and_not_read_again(self):
        assert fill_in("{clinic}", {"clinic": "{link}", "link": "secret"}) == "{link}"

    def test_line_without_its_value__goes(self):
        text = "One\n\nCall {phone} now.\n\n{link}"
        assert fill_in(text, {"phone": "", "link": "L"}) == "One\n\nL"

    def test_required_name__does_not_count_in_a_line_that_may_go(self):
        text = "Call {phone} and say {reference}."
        assert missing_names(text, {"reference"}, optional={"phone"}) == ["reference"]


@pytest.mark.django_db
class TestTextsOfTheProduct:
    def test_there_is_one_for_every_occasion_and_language(self):
        assert set(shipped_texts()) == set(EVERY_TEXT)

    @pytest.mark.parametrize(("key", "language"), EVERY_TEXT, ids=ids(EVERY_TEXT))
    def test_every_text__keeps_the_rules(self, key, language):
        text = shipped_texts()[key, language]
        assert subject_problems(text.subject) == [] and body_problems(key, text.body) == []

    @pytest.mark.parametrize(("key", "language"), EVERY_TEXT, ids=ids(EVERY_TEXT))
    def test_every_text__is_easy_to_read(self, key, language):
        level = reading_level(make_template(key, language))
        assert level is not None and not level.is_too_hard, level

    @pytest.mark.parametrize(("key", "language"), EVERY_TEXT, ids=ids(EVERY_TEXT))
    def test_every_text__goes_out_without_a_brace_or_a_personal_word(self, key, language):
        ClinicSettings.objects.update(phone="(415) 555-0100")
        filled = fill_in_message(
            text_for(key, language), key, language, link="https://x/", reference="AAAA-BBBB"
        )
        assert not re.search(r"[{}]", filled.subject + filled.body)
        assert "https://x/" in filled.body or "link" not in PLACEHOLDERS[key].required
        assert telltale_words(filled.subject) == []

    def test_languages__say_the_same_things(self):
        for key in MessageKey:
            english, spanish = (shipped_texts()[key, language] for language in LANGUAGES)
            assert sorted(names_in(english.body)) == sorted(names_in(spanish.body)), key


@pytest.mark.django_db
class TestRules:
    @pytest.mark.parametrize(
        ("field", "text", "said"),
        [
            ("subject", "Your cancer trial", "cancer, trial"),
            ("subject", "Hello {name}", "{name} cannot be put in here"),
            ("subject", "See {link}", "{link} cannot be put in here"),
            ("subject", "Hello {", "A brace"),
            ("subject", "Hello\x00", "a character"),
            ("body", "{reference}", "needs {link}"),
            ("body", "{reference} {link} {message}", "{message} cannot be put in here"),
            ("body", "{reference} {link} {email}", "{email} cannot be put in here"),
            ("body", "{reference} {link} https://evil.example", "no addresses of websites"),
            ("body", "{link}\nCall {phone}, say {reference}", "needs {reference}"),
            ("body", "{reference} {link} Su quimioterapia", "quimioterapia"),
        ],
    )
    def test_what_must_not_go_out__is_refused_with_a_sentence(self, field, text, said):
        row = make_template()
        setattr(row, field, text)
        with pytest.raises(ValidationError) as refusal:
            row.full_clean()
        assert said in " ".join(refusal.value.message_dict[field])

    def test_question_to_a_new_address__holds_nothing_that_we_know(self):
        assert body_problems(MessageKey.CONFIRM_ADDRESS, "{link} {reference}")

    def test_word_to_the_old_address__leads_nowhere(self):
        assert body_problems(MessageKey.CONTACT_ASKED, "{reference} {link}")

    def test_name_of_the_clinic__stays_out_where_it_tells_of_an_illness(self, clinic_settings):
        for name, shown in [("Marigold Clinic", True), ("Marigold Cancer Center", False)]:
            type(clinic_settings).objects.update(short_name=name)
            key = MessageKey.RECEIVED
            text = shipped_texts()[key, "en"]
            row = text.__class__("{clinic}: we received your message", text.body)
            filled = fill_in_message(row, key, "en", link="x", reference="y")
            assert (name in filled.subject) == shown
            assert telltale_words(filled.subject) == []

    def test_publication__is_refused_too(self):
        make_home_page()
        row, reviewer = make_template(), make_reviewer()
        row.subject = "Your cancer trial"
        row.save_revision(clean=False)
        state = submit(row, make_user(EDITORS))
        with pytest.raises(ReviewRefused, match="cancer"):
            act(state, reviewer)
        row.refresh_from_db()
        assert not row.live


@pytest.mark.django_db
class TestApproval:
    @pytest.fixture(autouse=True)
    def site(self, db):
        make_home_page()

    def test_only_what_is_approved__is_sent(self):
        row, reviewer = make_template(subject="Thank you for writing"), make_reviewer()
        assert text_for(MessageKey.RECEIVED, "en").subject == "We received your message"
        act(submit(row, make_user(EDITORS)), reviewer)
        assert text_for(MessageKey.RECEIVED, "en").subject == "Thank you for writing"
        row.refresh_from_db()
        row.subject = "A draft"
        row.save_revision()
        assert text_for(MessageKey.RECEIVED, "en").subject == "Thank you for writing"
        assert text_for(MessageKey.RECEIVED, "es").subject == "Recibimos su mensaje"

    def test_leads__write_and_nobody_approves_their_own(self):
        lead = make_user(LEADS)
        lead.groups.add(*make_reviewer().groups.all())
        with pytest.raises(ReviewRefused):
            act(submit(make_template(), lead), lead)

    def test_mail__is_the_approved_one_and_the_audit_says_which(self):
        row = put_live(make_template(body="Hello.\n{reference}\n{link}\n"))
        make_inquiry()
        while send_next():
            pass
        (sent,) = [message for message in mail.outbox if message.to == [PLANTED["email"]]]
        assert sent.body.startswith("Hello.")
        event = AuditEvent.objects.filter(action="inquiry.address_read").latest("at")
        row.refresh_from_db()
        assert event.data == {"message": "received", "revision": row.live_revision_id}

    def test_change_of_what_goes_out__is_audited(self):
        row = put_live(make_template())
        row.unpublish()
        actions = AuditEvent.objects.filter(object_type="message_template").order_by("at")
        assert [event.action for event in actions] == [
            "message_template.published",
            "message_template.unpublished",
        ]
        assert actions[0].data["message"] == "received"
        assert text_for(MessageKey.RECEIVED, "en").revision is None

    def test_seeds__are_drafts_in_both_languages_and_come_once(self):
        make_locale("es")
        assert add_missing() == len(EVERY_TEXT)
        assert add_missing() == 0
        assert not MessageTemplate.objects.filter(live=True)
        keys = MessageTemplate.objects.values_list("translation_key", flat=True)
        assert len(set(keys)) == len(MessageKey)

    def test_worker_role__may_read_them(self, as_role):
        put_live(make_template(subject="Thank you for writing"))
        with as_role("worker"):
            assert text_for(MessageKey.RECEIVED, "en").subject == "Thank you for writing"


@pytest.mark.django_db
class TestScreens:
    @pytest.fixture(autouse=True)
    def site(self, db):
        make_home_page()
        make_locale("es")

    @pytest.mark.parametrize(
        ("role", "status"),
        [(EDITORS, 200), (LEADS, 200), (COORDINATORS, 302), (ADMINISTRATORS, 302)],
    )
    def test_editor__is_for_editors_and_leads(self, client, role, status):
        row = make_template()
        client.force_login(make_user(role))
        view = MessageTemplate.snippet_viewset.get_url_name("edit")
        page = client.get(reverse(view, args=[row.pk]))
        assert page.status_code == status
        if status == 200:
            assert "{promise}" in page.text

    def test_editor__shows_what_is_wrong(self, client):
        row = make_template()
        client.force_login(make_user(LEADS))
        view = MessageTemplate.snippet_viewset.get_url_name("edit")
        data = {"key": row.key, "subject": "Your cancer", "body": row.body}
        page = client.post(reverse(view, args=[row.pk]), data)
        assert "Others may see this message. Write it without: cancer." in page.text
        row.refresh_from_db()
        assert row.latest_revision.content["subject"] == "We received your message"

    def test_preview__shows_both_languages_with_invented_values(self, client):
        row = make_template(subject="Thank you for writing")
        make_template(language="es", subject="Gracias por escribirnos")
        make_inquiry()
        client.force_login(make_user(EDITORS))
        view = MessageTemplate.snippet_viewset.get_url_name("preview_on_edit")
        data = {"key": row.key, "subject": "A new subject", "body": row.body}
        assert client.post(reverse(view, args=[row.pk]), data).json()["is_valid"]
        page = client.get(reverse(view, args=[row.pk])).text
        assert "A new subject" in page and "Gracias por escribirnos" in page
        assert "{reference}" not in page
        assert not [value for value in PLANTED.values() if value in page]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_inquiry__shows_what_goes_out_in_its_language(self, client, language):
        lead, inquiry = make_user(LEADS), make_inquiry(language=language)
        client.force_login(lead)
        page = client.get(reverse("inbox:inquiry", args=[inquiry.pk])).text
        wanted = shipped_texts()
        for key in (MessageKey.TRIED, MessageKey.WITHDRAWN, MessageKey.REFERRED_ON):
            assert wanted[key, language].body.split("\n")[0] in page
        assert inquiry.reference in page
        assert "/inquiry/" not in page  # the link itself is the sender's

    def test_inquiry__without_an_address_shows_no_message(self, client):
        client.force_login(make_user(LEADS))
        inquiry = make_inquiry(answers={"email": ""})
        page = client.get(reverse("inbox:inquiry", args=[inquiry.pk])).text
        assert 'name="tell_sender"' not in page
        assert "No message by e-mail: tell the sender by phone or letter." in page

    @pytest.mark.parametrize("outcome", [Outcome.NO_ANSWER, Outcome.SPOKE])
    def test_attempt__writes_to_the_sender_only_when_asked(self, client, outcome):
        lead, inquiry = make_user(LEADS), make_inquiry()
        client.force_login(lead)
        while send_next():
            pass
        for version, tell in enumerate(({}, {"tell_sender": "on"}, {"tell_sender": "on"})):
            inquiry.refresh_from_db()
            data = {
                "version": inquiry.version,
                "channel": Channel.PHONE,
                "outcome": outcome,
                "at": timezone.localtime(inquiry.received_at).strftime("%Y-%m-%dT%H:%M"),
            }
            client.post(reverse("inbox:attempt", args=[inquiry.pk]), data | tell)
            mail.outbox.clear()
            while send_next():
                pass
            expected = ["We tried to reach you"] if (version, outcome) == (1, "no_answer") else []
            assert [message.subject for message in mail.outbox] == expected

    def test_next_step__writes_to_the_sender_only_when_asked(self, client):
        lead, inquiry = make_user(LEADS), make_inquiry()
        Inquiry.objects.update(state=InquiryState.IN_CONVERSATION, assignee=lead)
        client.force_login(lead)
        while send_next():
            pass
        mail.outbox.clear()
        for state, tell in [("waiting_for_records", {}), ("visit_booked", {"tell_sender": "on"})]:
            inquiry.refresh_from_db()
            data = {"version": inquiry.version, "state": state} | tell
            client.post(reverse("inbox:state", args=[inquiry.pk]), data)
        while send_next():
            pass
        assert [message.subject for message in mail.outbox] == ["There is news about your request"]

    def test_message_on_the_way__does_not_go_out_after_the_end(self):
        lead, inquiry = make_user(LEADS), make_inquiry()
        while send_next():
            pass
        services.record_attempt(
            inquiry_id=inquiry.pk,
            channel=Channel.PHONE,
            outcome=Outcome.NO_ANSWER,
            at=inquiry.received_at,
            tell_sender=True,
            actor=lead,
            version=inquiry.version,
        )
        inquiry.refresh_from_db()
        services.change_state(
            inquiry_id=inquiry.pk,
            state=InquiryState.REFERRED_ON,
            reason=EndReason.SUPPORT,
            closing=Closing.TOLD,
            actor=lead,
            version=inquiry.version,
        )
        mail.outbox.clear()
        while send_next():
            pass
        assert mail.outbox == []
