"""After a whole scenario nothing planted stands in clear anywhere."""

import logging
import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from clinic.outbox import send_next
from clinic.roles import COORDINATORS, LEADS
from tests.factories import make_home_page, make_user
from tests.inquiries.factories import PLANTED, encoded, form_data, make_member, make_trial
from trials.inquiries.lookup import index_submissions
from trials.inquiries.models import Inquiry

# Pieces that survive case folding, escaping and normalising.
NEEDLES = ("quillfeather", "zebulon", "5550142", "555-0142", "glioblastoma", "after the ferry")
STAFF_NOTE = "Glioblastoma confirmed by Zebulon on the phone"


@pytest.fixture
def scenario(db, client, caplog, capfd):
    """Send, correct, list, search, open, note, attempt, end; return all headers and addresses."""
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
    client.force_login(lead)
    inbox, page = "/admin/inquiries/", f"/admin/inquiries/{inquiry.pk}/"
    Inquiry.objects.update(received_at=timezone.now() - timedelta(days=1))
    posts = [
        (inbox, {"q": PLANTED["email"]}),
        (inbox, {"q": PLANTED["name"]}),
        (f"{page}note/", {"text": STAFF_NOTE, "visibility": "team"}),
        (
            f"{page}attempt/",
            {
                "channel": "phone",
                "outcome": "spoke",
                "text": STAFF_NOTE,
                "at": f"{timezone.localtime():%Y-%m-%dT%H:%M}",
            },
        ),
        (f"{page}state/", {"ending": "not_interested:message"}),
    ]
    for where, data in posts:
        version = Inquiry.objects.get().version
        response = client.post(where, data | {"version": version})
        seen.append(str(response.headers))
        seen.append(str(client.get(page).headers))
    index_submissions()
    while send_next():
        pass
    assert Inquiry.objects.get().state == "not_interested"
    captured = capfd.readouterr()
    return "\n".join([*seen, caplog.text, captured.out, captured.err])


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
