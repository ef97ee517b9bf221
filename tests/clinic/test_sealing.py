from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from clinic import sealing
from clinic.sealing import (
    PADDING_STEP,
    BadKeyError,
    Opener,
    Sealed,
    Sealer,
    SealingError,
    TamperedError,
    UnknownKeyError,
    generate_key_pair,
)

PUBLIC, PRIVATE = generate_key_pair("one")
OTHER_PUBLIC, OTHER_PRIVATE = generate_key_pair("two")
INFO = b"inquiry.payload/v1/0b1e"
A43 = "A" * 43


@given(st.binary(max_size=2000), st.binary(max_size=80))
def test_what_is_sealed_opens_again(plain, info):
    assert Opener([PRIVATE]).open(Sealer(PUBLIC).seal(plain, info=info), info=info) == plain


@given(st.binary(max_size=600), st.data())
def test_one_flipped_bit_never_opens(plain, data):
    sealed = Sealer(PUBLIC).seal(plain, info=INFO)
    bit = data.draw(st.integers(0, len(sealed.blob) * 8 - 1))
    blob = bytearray(sealed.blob)
    blob[bit // 8] ^= 1 << bit % 8
    # HPKE binds all of the encapsulated key, also the bit that X25519 masks (RFC 7748 §5).
    with pytest.raises(TamperedError):
        Opener([PRIVATE]).open(Sealed("one", bytes(blob)), info=INFO)


@given(st.binary(max_size=600))
def test_bytes_that_were_never_sealed_do_not_open(planted):
    with pytest.raises(TamperedError):
        Opener([PRIVATE]).open(Sealed("one", planted), info=INFO)


@given(st.binary(max_size=80), st.binary(max_size=80))
def test_another_info_does_not_open(info, other):
    if info == other:
        return
    with pytest.raises(TamperedError):
        Opener([PRIVATE]).open(Sealer(PUBLIC).seal(b"text", info=info), info=other)


def test_an_unknown_key_id_is_named():
    with pytest.raises(UnknownKeyError, match="two"):
        Opener([PRIVATE]).open(Sealer(OTHER_PUBLIC).seal(b"text", info=INFO), info=INFO)


def test_the_wrong_key_under_the_right_id_does_not_open():
    wrong = "one:" + OTHER_PRIVATE.partition(":")[2]
    with pytest.raises(TamperedError):
        Opener([wrong]).open(Sealer(PUBLIC).seal(b"text", info=INFO), info=INFO)


def test_older_keys_still_open():
    sealed = Sealer(PUBLIC).seal(b"text", info=INFO)
    assert Opener([OTHER_PRIVATE, PRIVATE]).open(sealed, info=INFO) == b"text"


@given(st.integers(0, PADDING_STEP - 1), st.integers(0, PADDING_STEP - 1))
def test_length_shows_only_in_steps(shorter, longer):
    sealer = Sealer(PUBLIC)
    sizes = {len(sealer.seal(b"x" * n, info=INFO).blob) for n in (shorter, longer)}
    assert len(sizes) == 1


def test_sealing_twice_gives_different_bytes():
    sealer = Sealer(PUBLIC)
    assert sealer.seal(b"text", info=INFO) != sealer.seal(b"text", info=INFO)


@pytest.mark.parametrize(
    "key",
    [
        "",
        "one",
        "one:",
        "one:AAAA",
        ":" + "A" * 43 + "=",
        "ONE:" + "A" * 43 + "=",
        "a b:" + "A" * 44,
    ],
)
def test_badly_written_keys_are_refused(key):
    with pytest.raises(BadKeyError):
        Sealer(key)


def test_two_keys_with_one_id_are_refused():
    with pytest.raises(BadKeyError):
        Opener([PRIVATE, "one:" + OTHER_PRIVATE.partition(":")[2]])


def test_settings_choose_the_keys(settings):
    settings.SEALING_PUBLIC_KEY, settings.SEALING_PRIVATE_KEYS = PUBLIC, [OTHER_PRIVATE, PRIVATE]
    sealed = sealing.seal(b"text", info=INFO)
    assert (sealed.key_id, sealing.open_sealed(sealed, info=INFO)) == ("one", b"text")
    assert sealing.keys_fit()


def test_a_process_without_private_keys_can_seal_but_not_open(settings):
    settings.SEALING_PUBLIC_KEY, settings.SEALING_PRIVATE_KEYS = PUBLIC, []
    sealed = sealing.seal(b"text", info=INFO)
    with pytest.raises(UnknownKeyError):
        sealing.open_sealed(sealed, info=INFO)
    assert not sealing.keys_fit()


def test_a_pair_that_does_not_belong_together_is_noticed(settings):
    settings.SEALING_PUBLIC_KEY = PUBLIC
    settings.SEALING_PRIVATE_KEYS = ["one:" + OTHER_PRIVATE.partition(":")[2]]
    assert not sealing.keys_fit()


def test_generated_keys_work_and_errors_share_a_class(settings):
    out = StringIO()
    call_command("generate_keys", "--id", "k1", stdout=out, stderr=StringIO())
    values = dict(line.split("=", 1) for line in out.getvalue().splitlines() if "=" in line)
    settings.SEALING_PUBLIC_KEY = values["SEALING_PUBLIC_KEY"].strip('"')
    settings.SEALING_PRIVATE_KEYS = values["SEALING_PRIVATE_KEYS"].strip('"').split()
    assert sealing.keys_fit()
    assert issubclass(BadKeyError, SealingError)
