import gzip
from collections.abc import Callable, Iterable
from typing import Any

import brotli
import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.views.decorators.cache import never_cache

from clinic.page_cache import LONGEST_SECONDS, PageCache
from clinic.page_cache_generation import GenerationReader
from clinic.page_cache_store import CachedPage, PageStore, accepted_encoding, storable

HTML = ("Content-Type", "text/html; charset=utf-8")
LONG = b"<p>Immunotherapy helps your immune system.</p>" * 50


class Answer:
    """What a client gets, from an application behind the page cache."""

    def __init__(self, cache: PageCache, path: str = "/en/", **environ: str) -> None:
        base = RequestFactory().get(path).environ
        iterable = cache(base | environ, self._start)
        self.body = b"".join(iterable)

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status = int(status[:3])
        self.headers = dict(headers)

    @property
    def source(self) -> str | None:
        return self.headers.get("X-Page-Cache")


class Site:
    """An application whose pages say how often they were rendered."""

    def __init__(self) -> None:
        self.rendered = 0
        self.status = "200 OK"
        self.headers = [HTML]
        self.before_answer: Callable[[], None] = lambda: None
        self.queries: list[str] = []

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.rendered += 1
        self.queries.append(environ.get("QUERY_STRING", ""))
        body = LONG + f"rendered {self.rendered}".encode()
        self.before_answer()
        start_response(self.status, list(self.headers))
        return [body]


class Generation(GenerationReader):
    """A generation that a test sets, in place of the one in Postgres."""

    def __init__(self) -> None:
        super().__init__()
        self.value: int | None = 1

    def current(self) -> int | None:
        return self.value


@pytest.fixture
def site() -> Site:
    return Site()


@pytest.fixture
def generation() -> Generation:
    return Generation()


@pytest.fixture
def cache(site: Site, generation: Generation) -> PageCache:
    return PageCache(site, generation)


class TestHit:
    def test_second_reader_gets_the_stored_page(self, cache: PageCache, site: Site) -> None:
        first, second = Answer(cache), Answer(cache)
        assert (first.source, second.source) == ("miss", "hit")
        assert first.body == second.body
        assert site.rendered == 1

    def test_head_is_answered_without_a_body(self, cache: PageCache) -> None:
        body = Answer(cache).body
        head = Answer(cache, REQUEST_METHOD="HEAD")
        assert head.body == b""
        assert head.headers["Content-Length"] == str(len(body))

    @pytest.mark.parametrize(
        ("accepts", "name", "decode"),
        [("gzip, deflate, br", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)],
    )
    def test_compressed_as_the_client_likes(
        self, cache: PageCache, accepts: str, name: str, decode: Callable[[bytes], bytes]
    ) -> None:
        plain = Answer(cache).body
        answer = Answer(cache, HTTP_ACCEPT_ENCODING=accepts)
        assert answer.headers["Content-Encoding"] == name
        assert decode(answer.body) == plain
        assert answer.headers["Content-Length"] == str(len(answer.body))
        assert answer.headers["Vary"] == "Accept-Encoding"

    def test_browser_asks_again_each_time(self, cache: PageCache) -> None:
        assert Answer(cache).headers["Cache-Control"] == "no-cache"

    def test_known_tag_is_answered_with_304(self, cache: PageCache) -> None:
        tag = Answer(cache).headers["ETag"]
        again = Answer(cache, HTTP_IF_NONE_MATCH=f'"other", {tag}')
        assert (again.status, again.body) == (304, b"")
        assert again.headers["ETag"] == tag

    def test_changed_page_has_another_tag(self, cache: PageCache, generation: Generation) -> None:
        tag = Answer(cache).headers["ETag"]
        generation.value = 2
        assert Answer(cache, HTTP_IF_NONE_MATCH=tag).status == 200


class TestAge:
    def test_new_generation_drops_every_page(
        self, cache: PageCache, generation: Generation
    ) -> None:
        Answer(cache)
        generation.value = 2
        assert Answer(cache).source == "miss"
        assert Answer(cache).source == "hit"

    def test_page_rendered_across_a_change_is_not_kept(
        self, cache: PageCache, site: Site, generation: Generation
    ) -> None:
        def change_while_rendering() -> None:
            generation.value = 2

        site.before_answer = change_while_rendering
        Answer(cache)
        assert Answer(cache).source == "miss"

    def test_clock_driven_text_is_never_older_than_ten_minutes(
        self, site: Site, generation: Generation
    ) -> None:
        now = 1000.0
        cache = PageCache(site, generation, clock=lambda: now)
        Answer(cache)
        now += LONGEST_SECONDS - 1
        assert Answer(cache).source == "hit"
        now += 1
        assert Answer(cache).source == "miss"

    def test_nothing_is_kept_before_the_generation_was_read(
        self, cache: PageCache, generation: Generation
    ) -> None:
        generation.value = None
        assert Answer(cache).source is None
        assert Answer(cache).source is None

    def test_old_page_is_better_than_an_error(self, site: Site, generation: Generation) -> None:
        now = 1000.0
        cache = PageCache(site, generation, clock=lambda: now)
        body = Answer(cache).body
        now += LONGEST_SECONDS + 1
        site.status = "503 Service Unavailable"
        answer = Answer(cache)
        assert (answer.status, answer.source, answer.body) == (200, "stale", body)


class TestKey:
    @pytest.mark.parametrize(
        "environ",
        [
            {"HTTP_HOST": "other.example"},
            {"wsgi.url_scheme": "https"},
            {"HTTP_X_FORWARDED_PROTO": "https"},
            {"QUERY_STRING": "page=2"},
        ],
    )
    def test_differs(self, cache: PageCache, environ: dict[str, str]) -> None:
        Answer(cache)
        assert Answer(cache, **environ).source == "miss"

    @pytest.mark.parametrize(
        "environ",
        [
            {"HTTP_X_FORWARDED_PROTO": "made-up"},
            {"HTTP_HOST": "TestServer"},
            {"HTTP_X_FORWARDED_HOST": "evil.example"},
            {"HTTP_ACCEPT_LANGUAGE": "es"},
            {"HTTP_USER_AGENT": "other"},
            {"HTTP_COOKIE": "theme=dark"},
        ],
    )
    def test_words_of_a_client_make_no_copies(
        self, cache: PageCache, environ: dict[str, str]
    ) -> None:
        Answer(cache, HTTP_HOST="testserver")
        assert Answer(cache, **{"HTTP_HOST": "testserver"} | environ).source == "hit"

    @pytest.mark.parametrize("query", ["utm_source=mail", "fbclid=1&utm_x=2"])
    def test_marks_of_advertising_are_dropped(
        self, cache: PageCache, site: Site, query: str
    ) -> None:
        assert Answer(cache, QUERY_STRING=query).source == "miss"
        assert Answer(cache).source == "hit"
        assert site.queries == [""]

    @pytest.mark.parametrize(
        "environ",
        [
            {"REQUEST_METHOD": "POST"},
            {"HTTP_AUTHORIZATION": "Basic abc"},
            {"HTTP_COOKIE": "a=b; clinic_staff=abc"},
            {"PATH_INFO": "/admin/"},
            {"PATH_INFO": "/static/site.css"},
            {"QUERY_STRING": "q=melanoma"},
            {"QUERY_STRING": "page=2&q=melanoma"},
            {"QUERY_STRING": "page=0"},
            {"QUERY_STRING": "page=12345"},
            {"QUERY_STRING": "page=x"},
        ],
    )
    def test_never_answers_from_the_cache(
        self, cache: PageCache, site: Site, environ: dict[str, str]
    ) -> None:
        for _ in range(2):
            assert Answer(cache, **environ).source is None
        assert site.rendered == 2


class TestStorable:
    @pytest.mark.parametrize(
        ("status", "header"),
        [
            ("404 Not Found", HTML),
            ("301 Moved Permanently", HTML),
            ("200 OK", ("Set-Cookie", "csrftoken=1")),
            ("200 OK", ("Cache-Control", "max-age=0, no-store, private")),
            ("200 OK", ("Cache-Control", "private")),
            ("200 OK", ("Vary", "Cookie")),
            ("200 OK", ("Vary", "Accept-Encoding, Accept-Language")),
            ("200 OK", ("Content-Encoding", "gzip")),
        ],
    )
    def test_refuses(self, status: str, header: tuple[str, str]) -> None:
        assert storable("200 OK", [HTML])
        assert not storable(status, [HTML, header])

    def test_refuses_other_kinds_of_content(self) -> None:
        assert not storable("200 OK", [("Content-Type", "application/pdf")])

    def test_never_cache_is_respected(self) -> None:
        response = never_cache(lambda request: HttpResponse("form"))(RequestFactory().get("/"))
        assert not storable("200 OK", list(response.items()))


class TestStore:
    def page(self, size: int) -> CachedPage:
        return CachedPage([], '"t"', 0, {"": b"x" * size})

    def test_least_recently_used_goes_first(self) -> None:
        store = PageStore(limit=80)
        for name in "abcdefgh":
            store.put((name,), 1, self.page(10))
        assert store.get(("a",), 1)
        store.put(("i",), 1, self.page(10))
        assert store.get(("b",), 1) is None
        assert store.get(("a",), 1)
        assert store.size == 80

    def test_replaced_page_is_counted_once(self) -> None:
        store = PageStore(limit=80)
        for _ in range(20):
            store.put(("a",), 1, self.page(10))
        assert store.size == 10

    def test_huge_page_does_not_push_out_the_others(self) -> None:
        store = PageStore(limit=80)
        store.put(("a",), 1, self.page(10))
        store.put(("b",), 1, self.page(11))
        assert store.get(("a",), 1)
        assert store.get(("b",), 1) is None

    def test_number_may_go_back_after_a_restore(self) -> None:
        store = PageStore(limit=80)
        store.put(("a",), 9, self.page(10))
        store.put(("a",), 2, self.page(10))
        assert store.get(("a",), 2)


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip, br", "br"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("BR", "br"),
        ("deflate", ""),
    ],
)
def test_accepted_encoding(header: str, encoding: str) -> None:
    assert accepted_encoding(header, {"br", "gzip"}) == encoding
