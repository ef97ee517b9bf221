"""After a whole scenario nothing planted stands in clear anywhere."""

import base64
import logging
import re
from datetime import timedelta
from itertools import chain, repeat
from smtplib import SMTPRecipientsRefused

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.utils import timezone

from clinic.jobs import Job, run_if_due
from clinic.logs import MaskingFormatter
from clinic.models import AuditEvent, JobRun, LoginMemory, OutboxMessage
from clinic.outbox import send_next
from clinic.roles import COORDINATORS, LEADS
from tests.factories import log_in_afresh, make_home_page, make_user
from tests.inquiries.factories import PLANTED, encoded, form_data, make_member, make_trial
from tests.inquiries.test_entering import enter
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import EmergencyAccess, Inquiry, NoteDraft, ReceiptStatus
from trials.inquiries.sender_enums import RequestKind
from trials.inquiries.services import answer_link_requests, ask, ask_for_link, work_off_requests

# Pieces that survive case folding, escaping and normalising.
NEEDLES = ("quillfeather", "zebulon", "5550142", "555-0142", "glioblastoma", "after the ferry")
STAFF_NOTE = "Glioblastoma confirmed by Zebulon on the phone"


def fail_with_planted_words():
    """Fail as code does that puts what it works on into its error."""
    raise ValueError(f"cannot read {PLANTED['name']}, {PLANTED['email']}: {PLANTED['message']}")


def refuser():
    """Refuse as mail servers do, once for good and then for now: their words quote the address."""
    codes = chain([550], repeat(450))

    def refuse(message, *args, **kwargs):
        code = next(codes)
        raise SMTPRecipientsRefused({to: (code, f"not {to}".encode()) for to in message.to})

    return refuse


def go_wrong(client, inquiry, monkeypatch):
    """Let go wrong what may: stale page, late note, stranger, mail and job; return the answers."""
    page = f"/admin/inquiries/{inquiry.pk}/"
    note = {"text": STAFF_NOTE, "visibility": "team"}
    stranger, gone = Client(), Client()
    stranger.force_login(make_user(COORDINATORS))
    answers = [
        client.post(f"{page}state/", {"state": "attempting", "version": 999}),
        client.post(f"{page}attempt/", note | {"channel": PLANTED["name"], "version": 0}),
        stranger.post("/admin/inquiries/", {"q": PLANTED["email"]}),
        stranger.get(page),
        stranger.post(f"{page}note/", note),
        stranger.post("/admin/trial-teams/", {"user": PLANTED["name"]}),
        gone.post(f"{page}note/", note, headers={"sec-fetch-site": "same-origin"}),
        gone.post("/admin/auth/login/", {"login": PLANTED["email"], "password": "x"}),
        client.get(f"{page}access/"),
        client.get("/admin/reports/site-history/"),
    ]
    with monkeypatch.context() as patch:
        patch.setattr(mail.EmailMessage, "send", refuser())
        while send_next():
            pass
    assert OutboxMessage.objects.exclude(last_error="").count() >= 3
    OutboxMessage.objects.update(next_attempt_at=timezone.now())
    job = Job(name="test.fails", run=fail_with_planted_words, every=timedelta(days=1))
    run_if_due(job, timezone.now())
    assert JobRun.objects.filter(name="test.fails", succeeded=False).exists()
    return answers


def take_out(client, inquiry):
    """Export with and without contact data, look for the person, give the copy; return answers."""
    reports, persons = "/admin/inquiry-reports/", "/admin/persons/"
    sure = {"kind": "xlsx", "reason": "inspection", "case_number": "AU-7", "is_sure": "on"}
    said = {"email": PLANTED["email"], "phone": PLANTED["phone"], "name": PLANTED["name"]}
    copy = {"chosen": [inquiry.pk], "identity": "called_back", "language": "en"}
    # The form came sooner than a person sends it, and what is in quarantine is not exported.
    Inquiry.objects.update(is_quarantined=False)
    answers = [
        client.post(f"{reports}export/", {"kind": "csv"}),
        client.post(f"{reports}export/contacts/", sure),
        client.post(persons, said | {"reference": ""}),
        client.post(f"{persons}copy/", copy),
        client.get(reports),
    ]
    for answer in answers[:2]:
        assert answer.streaming and b"".join(answer.streaming_content)
    assert PLANTED["message"] in answers[3].content.decode()
    Inquiry.objects.update(is_quarantined=True)
    return answers


@pytest.fixture
def scenario(db, client, caplog, capfd, monkeypatch):
    """Send, correct, list, search, open, note, attempt, end, take out, enter; let things go wrong.

    Return all headers and addresses, and what was logged.
    """
    caplog.set_level(logging.DEBUG)
    make_home_page()
    trial, lead = make_trial(), make_user(LEADS)
    make_member(trial, COORDINATORS)
    address = f"/en/trials/{trial.nct_id}/interest/"
    token = re.search(r'name="form_token" value="([^"]+)"', client.get(address).content.decode())
    seen = []
    for overrides in ({}, {"name": ""}, {"message": PLANTED["message"] + " Sorry."}):
        data = form_data(form_token=token[1], **overrides)
        response = client.post(
            address, encoded(data), content_type="application/x-www-form-urlencoded"
        )
        seen.append(str(response.headers))
    inquiry = Inquiry.objects.get()
    receipt = ReceiptStatus.objects.get()
    ask(receipt=receipt, kind=RequestKind.NOTE, answers={"message": PLANTED["message"]})
    ask(receipt=receipt, kind=RequestKind.CONTACT, answers={"email": PLANTED["email"]})
    ask_for_link(email=PLANTED["email"], language="en")
    log_in_afresh(client, lead)
    inbox, page = "/admin/inquiries/", f"/admin/inquiries/{inquiry.pk}/"
    Inquiry.objects.update(received_at=timezone.now() - timedelta(days=1))
    posts = [
        (inbox, {"q": PLANTED["email"]}),
        (inbox, {"q": PLANTED["name"]}),
        (f"{inbox}filters/", {"name": "Mine", "query": f"show=open&q={PLANTED['name']}"}),
        (f"{page}note/", {"text": STAFF_NOTE, "visibility": "team"}),
        (f"{page}draft/", {"kind": "note", "text": STAFF_NOTE}),
        (
            f"{page}attempt/",
            {
                "channel": "phone",
                "outcome": "spoke",
                "text": STAFF_NOTE,
                "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
            },
        ),
        (f"{page}state/", {"ending": "not_interested", "reason": "travel", "closing": "message"}),
    ]
    for where, data in posts:
        version = Inquiry.objects.get().version
        response = client.post(where, data | {"version": version})
        seen.append(str(response.headers))
        seen.append(str(client.get(page).headers))
    index_submissions()
    work_off_requests()
    answer_link_requests()
    seen += [str(response.headers) for response in take_out(client, inquiry)]
    told = {"name": "Ana Other", "message": PLANTED["message"], "phone": "415 555 0199"}
    seen.append(str(enter(client, **told).headers))
    seen += [str(response.headers) for response in go_wrong(client, inquiry, monkeypatch)]
    client.force_login(make_user(COORDINATORS))
    emergency = {"q": PLANTED["email"], "reason": "sender_calls"}
    seen.append(str(client.post(f"{inbox}emergency/", emergency).headers))
    seen.append(str(client.get(page).headers))
    while send_next():
        pass
    assert Inquiry.objects.get(pk=inquiry.pk).state == "not_interested"
    assert Inquiry.objects.filter(entry__isnull=False).count() == 1
    assert NoteDraft.objects.exists() and EmergencyAccess.objects.exists()
    captured = capfd.readouterr()
    # The words of an error are left out by the formatter of every handler of ours.
    logged = [MaskingFormatter().format(record) for record in caplog.records]
    logged += [record.getMessage() for record in caplog.records]
    return "\n".join([*seen, *logged, captured.out, captured.err])


def found_in(text: str) -> list[str]:
    return [needle for needle in NEEDLES if needle in text.lower()]


def test_planted_data__is_in_no_table(scenario):
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        found = {}
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows = "\n".join(row for (row,) in cursor.fetchall())
            hexed = bytes.fromhex("".join(re.findall(r"\\\\x((?:[0-9a-f]{2})+)", rows)))
            found[table] = found_in(rows) + found_in(hexed.decode("utf-8", "ignore"))
    assert len(tables) > 60
    assert {table: needles for table, needles in found.items() if needles} == {}


def test_planted_data__is_in_no_log_header_or_address(scenario):
    assert found_in(scenario) == []


def test_planted_data__is_in_no_mail_but_as_its_address(scenario):
    assert len(mail.outbox) >= 3
    for message in mail.outbox:
        text = message.message().as_string()
        assert found_in(text.replace(PLANTED["email"], "")) == []


def test_planted_data__is_in_no_session_or_cache(scenario):
    """Both are packed: a look at their tables would not see it."""
    sessions = [str(row.get_decoded()) for row in Session.objects.all()]
    remembered = [base64.b64decode(row.value) for row in LoginMemory.objects.all()]
    cached = [*remembered, *caches["default"]._cache.values()]
    assert len(sessions) >= 2 and remembered
    assert [found_in(text) for text in sessions if found_in(text)] == []
    texts = [raw.decode("utf-8", "ignore") for raw in cached]
    assert [found_in(text) for text in texts if found_in(text)] == []


def test_audit__names_every_look_and_change_of_the_scenario(scenario):
    actions = set(AuditEvent.objects.values_list("action", flat=True))
    assert actions >= {
        "inquiry.received",
        "inquiry.corrected",
        "inquiry.searched",
        "inquiry.opened",
        "inquiry.noted",
        "inquiry.attempted",
        "inquiry.state_changed",
        "inquiry.refused",
        "inquiry.access_shown",
        "inquiry.copy_given",
        "inquiry.export_made",
        "inquiry.found_for_person",
        "inquiry.address_read",
        "access.refused",
        "login.failed",
        "login.succeeded",
    }
    reads = AuditEvent.objects.filter(action__in=["inquiry.opened", "inquiry.searched"])
    assert not [event for event in reads if not (event.actor_id and event.request_id)]


def test_planted_data__is_in_no_measurement(scenario, client):
    told = client.get("/metrics").text + client.get("/readyz").text
    assert "clinic_inquiries_overdue" in told
    references = Inquiry.objects.values_list("reference", flat=True)
    assert not [secret for secret in (*PLANTED.values(), *references) if secret in told]
