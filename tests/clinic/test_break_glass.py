"""What even a superuser cannot do to what readers see, and that the rest is written down."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connection, transaction
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction

from clinic.models import AuditEvent, PatientText, StandardPage, User
from clinic.outbox import send_next
from clinic.review import ReviewRefused
from clinic.roles import ADMINISTRATORS, EDITORS
from tests.clinic.review_steps import log_in
from tests.factories import make_home_page, make_page, make_patient_text, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def superuser():
    return make_user(is_superuser=True)


def delete_urls(page):
    bulk = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    return [reverse("wagtailadmin_pages:delete", args=[page.pk]), f"{bulk}?id={page.pk}"]


class TestDeleting:
    def test_live_page_or_one_above_it_stays(self, superuser):
        above = make_page(make_home_page(), live=False)
        live = make_page(above)
        client = log_in(superuser)
        for page in (live, above, above.get_parent()):
            for url in delete_urls(page):
                client.get(url)
                client.post(url, {"next": "", "confirm": page.title, "delete": "on"})
        assert Page.objects.filter(pk__in=[above.pk, live.pk]).count() == 2
        assert StandardPage.objects.get(pk=live.pk).live

    def test_page_that_was_taken_down_may_go_and_it_is_audited(self, superuser):
        page = make_page(live=False)
        log_in(superuser).post(delete_urls(page)[0])
        assert not Page.objects.filter(pk=page.pk).exists()
        event = AuditEvent.objects.get(action="superuser.wagtail.delete")
        assert (event.actor, event.object_id) == (superuser, str(page.pk))
        assert page.title not in str(event.data)

    def test_live_text_stays(self, superuser):
        text = make_patient_text()
        viewset = PatientText.snippet_viewset
        client = log_in(superuser)
        delete = reverse(viewset.get_url_name("delete"), args=[text.pk])
        assert "Take it down first" in client.post(delete, follow=True).text
        bulk = reverse("wagtail_bulk_action", args=["clinic", "patienttext", "delete"])
        assert "Take it down first" in client.post(f"{bulk}?id={text.pk}", follow=True).text
        with pytest.raises(ReviewRefused), transaction.atomic():
            PatientText.objects.all().delete()
        assert PatientText.objects.filter(pk=text.pk, live=True).exists()


class TestRestricting:
    def post(self, client, page):
        data = {"restriction_type": "login", "groups": []}
        return client.post(reverse("wagtailadmin_pages:set_privacy", args=[page.pk]), data)

    def test_superuser_may_hide_a_page_and_it_is_audited(self, superuser):
        page = make_page()
        self.post(log_in(superuser), page)
        assert PageViewRestriction.objects.filter(page=page).exists()
        event = AuditEvent.objects.get(action="superuser.wagtail.view_restriction.create")
        assert (event.actor, event.object_id) == (superuser, str(page.pk))

    def test_editor_may_not(self):
        page = make_page()
        self.post(log_in(make_user(EDITORS)), page)
        assert not PageViewRestriction.objects.exists()


def test_what_others_do_is_not_written_twice():
    page, editor = make_page(live=False), make_user(EDITORS)
    log_in(editor).post(delete_urls(page)[0])
    assert not Page.objects.filter(pk=page.pk).exists()
    assert not AuditEvent.objects.filter(action__startswith="superuser.").exists()


class TestMaking:
    def make(self):
        call_command("createsuperuser", email="emergency@clinic.example", interactive=False)
        return User.objects.get(email="emergency@clinic.example")

    def test_it_is_audited_and_administrators_are_told(self):
        administrator = make_user(ADMINISTRATORS)
        account = self.make()
        event = AuditEvent.objects.get(action="superuser.made")
        assert (event.object_type, event.object_id) == ("user", str(account.pk))
        assert account.email not in str(event.data)
        assert send_next()
        (message,) = mail.outbox
        assert message.to == [administrator.email]
        assert "break-glass account" in message.subject and "incident.md" in message.body
        assert account.email not in message.subject + message.body

    def test_without_an_audit_there_is_no_account(self, monkeypatch):
        def fail(**event):
            raise RuntimeError

        monkeypatch.setattr("clinic.break_glass.record_event", fail)
        with pytest.raises(RuntimeError), transaction.atomic():
            self.make()
        assert not User.objects.filter(is_superuser=True).exists()

    def test_staff_process_may_do_it(self):
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE clinic_staff")
            self.make()
            cursor.execute("RESET ROLE")
        assert AuditEvent.objects.filter(action="superuser.made").exists()
