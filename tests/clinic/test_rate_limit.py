from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.client_address import parse_address
from clinic.models import RateLimitHit
from clinic.rate_limit import forget_old_hits, hit

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def use(client="203.0.113.7", scope="form", limit=3, window=HOUR):
    return hit(scope, parse_address(client), limit, window)


def age_all(by):
    for row in RateLimitHit.objects.all():
        RateLimitHit.objects.filter(pk=row.pk).update(at=row.at - by)


def test_the_limit_is_reached_and_not_before():
    assert [use() for _ in range(5)] == [False, False, False, True, True]


def test_each_client_and_scope_counts_alone():
    assert not use(limit=1)
    assert use(limit=1)
    assert not use(client="203.0.113.8", limit=1)
    assert not use(scope="login", limit=1)


def test_the_window_slides():
    assert [use(limit=2), use(limit=2), use(limit=2)] == [False, False, True]
    age_all(HOUR)
    assert not use(limit=2)


def test_an_ipv6_network_is_one_client():
    assert not use(client="2001:db8:1:2::1", limit=1)
    assert use(client="2001:db8:1:2:ffff::9", limit=1)
    assert not use(client="2001:db8:1:3::1", limit=1)


def test_clients_without_an_address_share_a_bucket():
    assert not hit("form", None, 1, HOUR)
    assert hit("form", None, 1, HOUR)


def test_a_text_may_be_the_key():
    assert not hit("lookup", "a", 1, HOUR)
    assert hit("lookup", "a", 1, HOUR)
    assert not hit("lookup", "b", 1, HOUR)


def test_no_address_is_stored():
    use()
    row = RateLimitHit.objects.get()
    assert "203.0.113" not in f"{row.key}{row.scope}{row}"


def test_the_key_changes_every_day_yet_the_window_reaches_across(monkeypatch):
    midnight = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    before, after = midnight - timedelta(minutes=5), midnight + timedelta(minutes=5)
    monkeypatch.setattr("clinic.rate_limit.timezone.now", lambda: before)
    assert not use(limit=2)
    monkeypatch.setattr("clinic.rate_limit.timezone.now", lambda: after)
    assert not use(limit=2)
    assert use(limit=2)
    assert len(set(RateLimitHit.objects.values_list("key", flat=True))) == 2


def test_a_flood_stores_no_more_than_the_limit():
    for _ in range(20):
        use(limit=3)
    assert RateLimitHit.objects.count() == 3


def test_old_hits_are_forgotten():
    use()
    age_all(timedelta(hours=25))
    use()
    assert forget_old_hits() == 1
    assert RateLimitHit.objects.count() == 1


def test_a_window_longer_than_the_keys_live_is_refused():
    with pytest.raises(ValueError, match="a day"):
        use(window=timedelta(days=2))
