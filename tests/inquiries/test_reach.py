"""The rule of "could not reach", by hand and by property."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from trials.inquiries.enums import Channel, Outcome
from trials.inquiries.reach import TIME_NEEDED, given_channels, missing_attempts
from trials.inquiries.reach_words import missing_words

NOW = datetime(2026, 11, 27, 18, tzinfo=UTC)
BOTH = {Channel.EMAIL, Channel.PHONE}


def tried(days_ago: int, channel=Channel.PHONE, outcome=Outcome.NO_ANSWER):
    return channel, outcome, NOW - timedelta(days=days_ago)


def missing(*attempts, given=BOTH):
    return missing_attempts(attempts=attempts, given=given, now=NOW)


def test_rule__is_met_by_three_attempts_on_both_channels_over_two_weeks():
    assert not missing(tried(14), tried(10, Channel.EMAIL, Outcome.SENT), tried(1))


def test_rule__each_of_its_parts_is_needed():
    by_mail = tried(10, Channel.EMAIL, Outcome.SENT)
    assert missing(tried(15), by_mail).attempts == 1
    assert missing(tried(15), tried(10), tried(1)).channels == {Channel.EMAIL}
    assert missing(tried(13), by_mail, tried(1)).not_before == NOW + timedelta(days=1)


def test_rule__one_channel_is_enough_where_one_was_given():
    assert not missing(tried(15), tried(10), tried(1), given={Channel.PHONE})


def test_rule__a_text_message_counts_as_the_phone():
    text = tried(2, Channel.TEXT, Outcome.SENT)
    mail = tried(20, Channel.EMAIL, Outcome.SENT)
    assert not missing(mail, text, text)


def test_rule__a_talk_is_no_failed_attempt_and_counting_starts_anew():
    before = [tried(30), tried(25, Channel.EMAIL, Outcome.SENT), tried(20)]
    talk = tried(16, outcome=Outcome.SPOKE)
    assert missing(*before, talk).attempts == 3
    assert missing(*before, talk, tried(15), tried(10)).attempts == 1


def test_words__say_how_many_by_what_and_from_when():
    words = missing_words(missing(tried(7), tried(3)))
    assert "1 more attempt." in words and "by email" in words and "Dec. 4, 2026" in words
    assert missing_words(missing(tried(15), tried(9, Channel.EMAIL), tried(1))) == ""


attempts = st.lists(
    st.tuples(
        st.sampled_from(Channel.values),
        st.sampled_from(Outcome.values),
        st.integers(1, 40).map(lambda days: NOW - timedelta(days=days)),
    ),
    max_size=8,
)


@given(attempts, st.booleans(), st.booleans())
def test_rule__agrees_with_its_words(tries, has_email, has_phone):
    channels = given_channels("a" * has_email, "1" * has_phone)
    found = missing_attempts(attempts=tries, given=channels, now=NOW)
    last_talk = max((at for _c, outcome, at in tries if outcome == Outcome.SPOKE), default=None)
    failed = [
        (channel, at)
        for channel, outcome, at in tries
        if outcome != Outcome.SPOKE and (last_talk is None or at > last_talk)
    ]
    used = {"phone" if channel == "text" else channel for channel, _at in failed}
    is_met = (
        len(failed) >= 3
        and {str(channel) for channel in channels} <= used
        and NOW - min(at for _c, at in failed) >= TIME_NEEDED
    )
    assert bool(found) != is_met
    assert bool(missing_words(found)) != is_met


@given(attempts)
def test_rule__what_it_names_as_missing_is_enough(tries):
    found = missing_attempts(attempts=tries, given=BOTH, now=NOW)
    channels = [*found.channels, *[Channel.PHONE] * found.attempts][: found.attempts]
    done = [*tries, *((channel, Outcome.NO_ANSWER, NOW) for channel in channels)]
    later = max(NOW, found.not_before or NOW)
    assert not missing_attempts(attempts=done, given=BOTH, now=later)
