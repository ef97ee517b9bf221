from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory
from django.utils import timezone

from clinic.audit import chain_events, chain_head, record_event, verify_chain
from clinic.models import AuditChain, AuditEvent, User

pytestmark = pytest.mark.django_db


def problems(**options):
    return [finding.problem for finding in verify_chain(**options)]


def tamper(statement, *parameters):
    """Change the audit as somebody with the owner's rights could."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, parameters)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def make_events(count):
    return [record_event(action="page.opened", object_id=number) for number in range(count)]


class TestRecordEvent:
    def test_keeps_who_did_what_to_which_object(self):
        user = User.objects.create_user("nurse@demo.example", "a long enough password")
        request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.77")
        record_event(
            action="inquiry.opened",
            actor=user,
            object_type="inquiry",
            object_id="0b1e",
            data={"reason": "reply"},
            request=request,
        )
        event = AuditEvent.objects.get()
        assert (event.action, event.actor, event.object_type) == ("inquiry.opened", user, "inquiry")
        assert (event.object_id, event.data) == ("0b1e", {"reason": "reply"})
        assert event.network == "203.0.113.0/24"

    def test_inserts_without_returning(self, django_assert_num_queries):
        with django_assert_num_queries(1) as queries:
            record_event(action="x")
        assert "RETURNING" not in queries.captured_queries[0]["sql"]

    def test_the_event_goes_with_its_transaction(self):
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            record_event(action="x")
            1 / 0
        assert not AuditEvent.objects.exists()

    def test_a_deleted_user_stays_in_the_audit(self):
        user = User.objects.create_user("nurse@demo.example", "a long enough password")
        number = user.pk
        record_event(action="x", actor=user)
        user.delete()
        assert AuditEvent.objects.get().actor_id == number


class TestAppendOnly:
    @pytest.mark.parametrize("table", ["clinic_auditevent", "clinic_auditchain"])
    @pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {}"])
    def test_rows_cannot_be_removed(self, table, statement):
        make_events(1)
        chain_events()
        with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
            connection.cursor().execute(statement.format(table))

    def test_rows_cannot_be_changed(self):
        make_events(1)
        chain_events()
        with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
            AuditEvent.objects.update(action="y")
        with pytest.raises(DatabaseError, match="can only be added"), transaction.atomic():
            AuditChain.objects.update(digest=b"")


class TestChain:
    def test_links_each_event_once(self):
        make_events(3)
        assert (chain_events(), chain_events()) == (3, 0)
        make_events(1)
        assert chain_events() == 1
        assert list(AuditChain.objects.values_list("position", flat=True)) == [1, 2, 3, 4]
        assert problems() == []

    def test_an_event_committed_late_is_still_linked(self):
        make_events(1)
        chain_events()
        late = timezone.now() - timedelta(hours=3)
        AuditEvent.objects.bulk_create([AuditEvent(action="late", process="public", at=late)])
        assert chain_events() == 1

    def test_a_clock_that_runs_ahead_does_not_stop_the_chain(self):
        ahead = timezone.now() + timedelta(days=5)
        AuditEvent.objects.bulk_create([AuditEvent(action="ahead", process="staff", at=ahead)])
        chain_events()
        make_events(1)
        assert chain_events() == 1

    @pytest.mark.parametrize(
        "column, value",
        [
            ("action", "'y'"),
            ("actor_id", "7"),
            ("data", """'{"a": 1}'"""),
            ("network", "'10.0.0.0/24'"),
            ("object_id", "'other'"),
            ("at", "at - interval '1 second'"),
        ],
    )
    def test_an_edit_is_reported(self, column, value):
        event = make_events(3)[1]
        chain_events()
        tamper(f"UPDATE clinic_auditevent SET {column} = {value} WHERE id = %s", event.pk)
        assert problems() == [f"event {event.pk} or its link was changed"]

    def test_a_removed_event_is_reported(self):
        event = make_events(3)[1]
        chain_events()
        tamper("DELETE FROM clinic_auditevent WHERE id = %s", event.pk)
        assert problems() == [f"event {event.pk} was removed"]

    def test_a_removed_event_and_link_are_reported(self):
        event = make_events(3)[1]
        chain_events()
        tamper("DELETE FROM clinic_auditevent WHERE id = %s", event.pk)
        tamper("DELETE FROM clinic_auditchain WHERE event_id = %s", event.pk)
        assert "links are missing up to 3" in problems()

    def test_a_removed_end_is_reported_to_who_kept_the_head(self):
        events = make_events(3)
        chain_events()
        head = chain_head()
        assert problems(expected_head=head) == []
        tamper("DELETE FROM clinic_auditchain WHERE event_id = %s", events[2].pk)
        tamper("DELETE FROM clinic_auditevent WHERE id = %s", events[2].pk)
        assert problems() == []
        assert problems(expected_head=head) == [f"the chain no longer contains {head}"]

    def test_an_event_slipped_in_with_an_old_date_is_reported(self):
        make_events(1)
        chain_events()
        old = timezone.now() - timedelta(days=40)
        AuditEvent.objects.bulk_create([AuditEvent(action="slipped", process="staff", at=old)])
        assert chain_events() == 0
        assert problems() == ["1 old events were never linked"]


class TestCommand:
    def test_says_that_the_audit_is_whole(self):
        make_events(2)
        out = StringIO()
        call_command("verify_audit", stdout=out)
        assert f"Head: {chain_head()}" in out.getvalue()

    def test_fails_on_a_finding(self):
        event = make_events(1)[0]
        chain_events()
        tamper("UPDATE clinic_auditevent SET action = 'y' WHERE id = %s", event.pk)
        err = StringIO()
        with pytest.raises(CommandError):
            call_command("verify_audit", stderr=err)
        assert str(event.pk) in err.getvalue()
