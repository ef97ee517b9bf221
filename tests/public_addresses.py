"""Every address of the public door, from the resolver, filled in with the keys of the sample."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils import translation

from tests.admin_addresses import Sample, parts_of, walk
from trials.inquiries.tokens import receipt_token

URLCONF = "clinic.urls.public"
NOBODYS = "0" * 64
_NAMED_GROUP = re.compile(r"\(\?P<(\w+)>")
_PART = re.compile(r"<(?:\w+:)?(\w+)>")
# Written as a pattern that names neither itself nor its parts.
UNWRITTEN = ["/admin", "/admin/", "/admin/pages/", "/static/x.css", "/x/"]


def public_addresses(sample: Sample) -> list[str]:
    """Return the addresses, in each language; the private page of the sample's inquiry too.

    Raises AssertionError for an address that nobody has taught this module to fill in.
    """
    found = set(UNWRITTEN)
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found |= set(_of_resolver(sample))
        found |= {f"/{code}/inquiry/{'0' * 40}/", f"/{code}/no-such-page/"}
    return sorted(found)


def _of_resolver(sample: Sample) -> Iterator[str]:
    known = _values(sample)
    for written, view_name, pattern in walk(get_resolver(URLCONF)):
        if written.startswith("^admin"):
            continue
        names = parts_of(written) | set(_NAMED_GROUP.findall(written))
        filled = {name: known[name] for name in names if name in known}
        if view_name.endswith("confirm_address"):
            filled["token"] = NOBODYS
        if names - set(filled):
            raise AssertionError(f"tests/public_addresses.py cannot fill in {written}")
        if pattern.name:
            for arguments in _arguments(sample).get(view_name, [()]):
                yield _path(view_name, arguments, filled | pattern.default_args)
        else:
            yield "/" + _PART.sub("{\\1}", written).format(**filled)


def _values(sample: Sample) -> dict[str, Any]:
    return {
        "nct_id": sample.trial.nct_id,
        "token": receipt_token(sample.inquiry.pk, 0),
        "request_id": "00000000-0000-0000-0000-000000000000",
        "page_id": sample.page.pk,
        "pk": sample.trial.nct_id,
        "path": "images/x.png",
        "rest": "x",
        "number": 1,
        "restriction_id": 1,
    }


def _arguments(sample: Sample) -> dict[str, list[tuple[Any, ...]]]:
    """Return the arguments of the addresses whose parts have no names."""
    document = sample.document
    return {
        "wagtaildocs_serve": [(document.pk, document.filename), (10**19, "x")],
        "wagtail_serve": [("",), (f"{sample.page.slug}/",)],
    }


def _path(view_name: str, arguments: tuple[Any, ...], filled: dict[str, Any]) -> str:
    try:
        return reverse(view_name, urlconf=URLCONF, args=arguments, kwargs=filled or None)
    except NoReverseMatch as error:
        raise AssertionError(f"tests/public_addresses.py cannot fill in {view_name}") from error
