import logging
import logging.config
from io import StringIO

import pytest
from django.db import IntegrityError, OperationalError
from django.test import RequestFactory
from django.utils.module_loading import import_string
from hypothesis import given
from hypothesis import strategies as st

from clinic.logs import ACCESS_LOG_FORMAT, MaskingFormatter, logging_settings, masked


def written(message, *arguments, error=None):
    """Return what a log handler of ours writes."""
    record = logging.LogRecord("test", logging.ERROR, __file__, 1, message, arguments, None)
    if error:
        try:
            raise error
        except type(error):
            import sys

            record.exc_info = sys.exc_info()
    return MaskingFormatter("%(levelname)s %(message)s").format(record)


@pytest.mark.parametrize(
    "line, expected",
    [
        ("GET /en/trials/?q=melanoma&zip=94199 200", "GET /en/trials/ 200"),
        ('"GET /en/search/?q=a b" 200', '"GET /en/search/ b" 200'),
        ("GET /es/inquiry/4f3a2b/ 200", "GET /es/inquiry/…/ 200"),
        ("POST /en/inquiry/4f3a2b", "POST /en/inquiry/…"),
        ("/admin/auth/password/reset/key/3-abc-def/", "/admin/auth/password/reset/key/…/"),
        ("from 203.0.113.77:5000", "from 203.0.113.0:5000"),
        ("from 2001:db8:aaaa:bbbb::1 now", "from 2001:db8:aaaa:: now"),
        ("from ::1 at 08:30:15", "from :: at 08:30:15"),
        ("to ana.ruiz+x@example.org refused", "to [e-mail] refused"),
        ("name\nERROR forged\x1b[31m", "name\\x0aERROR forged\\x1b[31m"),
        ("Django 5.2.19 and Wagtail 8.0.1", "Django 5.2.19 and Wagtail 8.0.1"),
    ],
)
def test_what_is_masked_and_what_is_not(line, expected):
    assert masked(line) == expected
    assert written("%s", line) == f"ERROR {expected}"


@given(st.text())
def test_one_record_is_one_line(text):
    assert len(written("%s", text).splitlines()) == 1


@given(st.from_regex(r"[a-z0-9.]{1,20}@[a-z0-9]{1,10}\.[a-z]{2,4}", fullmatch=True))
def test_no_address_passes(address):
    assert address not in masked(f"refused {address} for good")


class TestExceptions:
    def test_the_text_of_an_exception_is_left_out(self):
        line = written("failed", error=ValueError("invalid literal: 'Ana Ruiz'"))
        assert "builtins.ValueError" in line
        assert "Ana" not in line
        assert "test_logs.py" in line

    def test_postgres_keeps_its_first_line_and_no_values(self):
        text = 'duplicate key "user_email"\nDETAIL:  Key (email)=(ana@example.org) already exists.'
        line = written("failed", error=IntegrityError(text))
        assert 'duplicate key "user_email"' in line
        assert "ana@" not in line
        assert "DETAIL" not in line

    def test_what_led_to_it_is_shown(self):
        error = RuntimeError("hidden")
        error.__cause__ = OperationalError("connection refused")
        line = written("failed", error=error)
        assert "connection refused" in line
        assert "hidden" not in line

    def test_another_handlers_text_is_not_reused(self):
        record = logging.LogRecord("t", logging.ERROR, __file__, 1, "m", (), None)
        record.exc_text = "ValueError: Ana"
        assert "Ana" not in MaskingFormatter("%(message)s").format(record)


class TestSettings:
    def test_the_servers_access_log_goes_through_the_mask(self):
        configuration = logging_settings()
        logger = configuration["loggers"]["granian.access"]
        assert logger["handlers"] == ["console"]
        assert not logger["propagate"]
        formatter = configuration["formatters"][configuration["handlers"]["console"]["formatter"]]
        assert import_string(formatter["()"]) is MaskingFormatter

    def test_the_access_log_has_no_query_string(self):
        atoms = {
            "addr": "203.0.113.77",
            "method": "GET",
            "path": "/en/inquiry/4f3a/",
            "status": 200,
            "dt_ms": 1.25,
            "query_string": "q=melanoma",
        }
        line = written(ACCESS_LOG_FORMAT, atoms)
        assert line == 'ERROR 203.0.113.0 "GET /en/inquiry/…/" 200 1.2ms'

    def test_no_handler_sends_mail(self, settings):
        classes = {handler["class"] for handler in settings.LOGGING["handlers"].values()}
        assert classes == {"logging.StreamHandler"}


def test_a_report_holds_nothing_that_was_sent(settings):
    reporter = import_string(settings.DEFAULT_EXCEPTION_REPORTER_FILTER)()
    request = RequestFactory().post(
        "/en/read/?q=melanoma", {"name": "Ana"}, HTTP_COOKIE="clinic_staff=abc"
    )
    frame = type("Frame", (), {"f_locals": {"name": "Ana"}})
    parts = [
        reporter.get_post_parameters(request),
        reporter.get_traceback_frame_variables(request, frame),
        reporter.get_safe_request_meta(request),
        reporter.get_safe_cookies(request),
    ]
    text = str(parts)
    for secret in ("Ana", "melanoma", "abc"):
        assert secret not in text
    assert "name" in text
    assert reporter.is_active(None)


def test_a_stream_configured_so_writes_masked_lines():
    configuration = logging_settings()
    stream = StringIO()
    configuration["handlers"]["console"]["stream"] = stream
    configuration["loggers"] = {"clinic.test": configuration["loggers"]["django"]}
    del configuration["root"]
    logging.config.dictConfig(configuration)
    logging.getLogger("clinic.test").info("GET %s", "/en/trials/?q=melanoma")
    logging.getLogger("clinic.test").handlers.clear()
    assert stream.getvalue().endswith("INFO clinic.test: GET /en/trials/\n")


def test_what_a_scanner_causes_is_a_warning_without_frames(settings):
    loggers = settings.LOGGING["loggers"]
    assert loggers["django.security.DisallowedHost"]["filters"] == ["refused"]
    record = logging.LogRecord("t", logging.ERROR, __file__, 1, "Invalid host", (), None)
    record.exc_info = (ValueError, ValueError(), None)
    assert import_string(settings.LOGGING["filters"]["refused"]["()"])().filter(record)
    assert MaskingFormatter("%(levelname)s %(message)s").format(record) == "WARNING Invalid host"
