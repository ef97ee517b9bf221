import pytest
from django.db import connection

from tests.inquiries.factories import PLANTED, make_inquiry
from trials.inquiries.lookup import (
    index_submissions,
    name_parts,
    normal_email,
    normal_phone,
    normal_reference,
    search,
)
from trials.inquiries.models import Inquiry, LookupToken

db = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("(415) 555-0142 ext. 77", "+14155550142"),
        ("+1 415 555 0142", "+14155550142"),
        ("call 4155550142", "+14155550142"),
        ("+34 912 345 678", "+34912345678"),
        ("ask for Maria", ""),
    ],
)
def test_normal_phone__reads_what_people_type(text, normal):
    assert normal_phone(text) == normal


def test_name_parts__ignores_case_accents_and_initials():
    assert name_parts("María-José  O. NÚÑEZ") == {"maria", "jose", "nunez"}


def test_normal_email__ignores_case():
    assert normal_email(" Ana@Example.ORG ") == "ana@example.org"


def test_normal_reference__hears_letters_that_references_leave_out():
    assert normal_reference("7k3m q2xO") == "7K3M-Q2X0"


@db
@pytest.mark.parametrize(
    "text",
    [
        "zebulon.QUILLFEATHER@example.org",
        "415-555-0142",
        "quillfeather",
        "Quillfeather Zebulon",
    ],
)
def test_search__finds_by_email_phone_and_name(text):
    inquiry = make_inquiry()
    make_inquiry(answers={"name": "Ada Low", "email": "ada@example.org", "phone": "4155550199"})
    index_submissions()
    assert list(search(Inquiry.objects.all(), text)) == [inquiry]


@db
def test_search__finds_by_reference():
    inquiry = make_inquiry()
    make_inquiry()
    assert list(search(Inquiry.objects.all(), inquiry.reference.lower())) == [inquiry]


@db
@pytest.mark.parametrize("text", ["quill", "zebulon nobody", "555", "%", ""])
def test_search__finds_nothing_by_less(text):
    make_inquiry()
    index_submissions()
    assert not search(Inquiry.objects.all(), text).exists()


@db
def test_search__stays_within_what_it_is_given():
    make_inquiry()
    index_submissions()
    assert not search(Inquiry.objects.none(), PLANTED["email"]).exists()


@db
def test_index_submissions__the_worker_may_and_does_it_once(as_role):
    make_inquiry()
    with as_role("worker"):
        assert index_submissions() == 1
        assert index_submissions() == 0
    assert LookupToken.objects.count() == 4


@db
def test_index_submissions__a_corrected_address_finds_the_inquiry_too():
    inquiry = make_inquiry()
    make_inquiry(inquiry_id=inquiry.pk, answers={"email": "new@example.org"})
    index_submissions()
    for email in ("new@example.org", PLANTED["email"]):
        assert list(search(Inquiry.objects.all(), email)) == [inquiry]


@db
def test_index_submissions__leaves_nothing_readable():
    make_inquiry()
    index_submissions()
    with connection.cursor() as cursor:
        cursor.execute("SELECT encode(digest, 'escape') FROM inquiries_lookuptoken")
        stored = repr(cursor.fetchall()).lower()
    assert "zebulon" not in stored and "0142" not in stored
