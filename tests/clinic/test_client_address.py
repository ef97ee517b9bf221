import pytest
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from clinic.client_address import bucket, client_address, parse_address, truncated


def seen(remote="198.51.100.9", forwarded=None):
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded is not None else {}
    return str(client_address(RequestFactory().get("/", REMOTE_ADDR=remote, **headers)))


@pytest.mark.parametrize("name", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_without_a_proxy_no_header_is_believed(settings, name):
    settings.TRUSTED_PROXIES = 0
    request = RequestFactory().get("/", REMOTE_ADDR="198.51.100.9", **{name: "203.0.113.1"})
    assert str(client_address(request)) == "198.51.100.9"


def test_behind_one_proxy_only_its_own_entry_counts(settings):
    settings.TRUSTED_PROXIES = 1
    assert seen(forwarded="203.0.113.1") == "203.0.113.1"
    assert seen(forwarded="6.6.6.6, 203.0.113.1") == "203.0.113.1"


def test_behind_two_proxies_the_second_from_the_right_counts(settings):
    settings.TRUSTED_PROXIES = 2
    assert seen(forwarded="6.6.6.6, 203.0.113.1, 10.0.0.1") == "203.0.113.1"


@pytest.mark.parametrize("forwarded", [None, "", "nonsense", "10.0.0.1", "a" * 5000])
def test_a_list_that_our_proxies_did_not_write_is_not_believed(settings, forwarded):
    settings.TRUSTED_PROXIES = 2
    assert seen(forwarded=forwarded) == "198.51.100.9"


@given(st.text(max_size=40))
def test_what_a_client_adds_changes_nothing(added):
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.1")
    request.META["HTTP_X_FORWARDED_FOR"] = f"{added},203.0.113.1"
    from django.test import override_settings

    with override_settings(TRUSTED_PROXIES=1):
        assert str(client_address(request)) == "203.0.113.1"


def test_a_unix_socket_has_no_address(settings):
    settings.TRUSTED_PROXIES = 0
    assert client_address(RequestFactory().get("/", REMOTE_ADDR="")) is None


@pytest.mark.parametrize(
    "text, expected",
    [
        ("203.0.113.1:8080", "203.0.113.1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        ("::ffff:203.0.113.1", "203.0.113.1"),
        ("fe80::1%eth0", "fe80::1"),
        ("203.0.113.1\r\nX: y", "None"),
        ("٢٠٣.0.113.1", "None"),
    ],
)
def test_spellings_of_an_address(text, expected):
    assert str(parse_address(text)) == expected


@pytest.mark.parametrize(
    "address, logged, limited",
    [
        ("203.0.113.77", "203.0.113.0/24", "203.0.113.77/32"),
        ("2001:db8:aaaa:bbbb::1", "2001:db8:aaaa::/48", "2001:db8:aaaa:bbbb::/64"),
    ],
)
def test_networks(address, logged, limited):
    assert truncated(parse_address(address)) == logged
    assert bucket(parse_address(address)) == limited


def test_no_address_has_no_network_but_a_bucket():
    assert (truncated(None), bucket(None)) == ("", "unknown")
