"""Logs without personal data: what every handler's formatter lets through.

Query strings may hold a diagnosis, receipt links open a page, error texts quote what somebody
typed. So none of them is written: frames of a traceback are, the text of an exception only for
classes whose text names code or infrastructure, and of that the first line (Postgres quotes
values from the second line on).
"""

import ipaddress
import logging
import re
import traceback

ACCESS_LOG_FORMAT = '%(addr)s "%(method)s %(path)s" %(status)d %(dt_ms).1fms'

_SPEAKING = {
    "AttributeError",
    "ImportError",
    "ImproperlyConfigured",
    "IntegrityError",
    "InterfaceError",
    "ModuleNotFoundError",
    "NameError",
    "OperationalError",
    "ProgrammingError",
    "TemplateDoesNotExist",
    "TemplateSyntaxError",
    "TypeError",
}
_REFUSALS = ("DisallowedHost", "RequestDataTooBig", "TooManyFieldsSent", "TooManyFilesSent")
_QUERY = re.compile(r"(/[^\s?\"']*)\?[^\s\"']*")
_SECRET_PATH = re.compile(r"(/inquiry/|/reset/key/|/confirm-email/)[^\s/\"']+")
_EMAIL = re.compile(r"[^\s@<>\"'=:,;()]+@[^\s@<>\"',;()]+")
_IPV4 = re.compile(r"(?<![\d.])(\d{1,3}\.\d{1,3}\.\d{1,3})\.\d{1,3}(?![\d.])")
_IPV6 = re.compile(r"(?<![\w:])[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?![\w:])")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def masked(text: str) -> str:
    """Return one line without query strings, private links, e-mail addresses and full addresses."""
    text = _CONTROL.sub(lambda match: f"\\x{ord(match[0]):02x}", text)
    text = _QUERY.sub(r"\1", text)
    text = _SECRET_PATH.sub(r"\1…", text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _IPV4.sub(r"\1.0", text)
    return _IPV6.sub(_truncate_ipv6, text)


def _truncate_ipv6(match: re.Match[str]) -> str:
    try:
        return str(ipaddress.IPv6Network((match[0], 48), strict=False).network_address)
    except ValueError:  # a time of day
        return match[0]


class MaskingFormatter(logging.Formatter):
    """Writes a record as one masked line, and its exception as frames."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record, whatever another formatter may have kept of its exception."""
        record.exc_text = None
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the masked line."""
        return masked(super().formatMessage(record))

    def formatException(self, ei: object) -> str:
        """Return the frames of an exception and of what led to it, without their texts."""
        error: BaseException | None = ei[1]  # type: ignore[index]
        parts: list[str] = []
        seen: set[int] = set()
        while error is not None and id(error) not in seen:
            seen.add(id(error))
            frames = "".join(traceback.format_tb(error.__traceback__))
            parts.append(f"Traceback (most recent call last):\n{frames}{_name(error)}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return "\n\n".join(reversed(parts))


class RefusedRequestFilter(logging.Filter):
    """What any scanner can cause is a warning in one line, not an error with its frames."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let the record through, made small."""
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


def _name(error: BaseException) -> str:
    kind = type(error)
    name = f"{kind.__module__}.{kind.__qualname__}"
    if kind.__name__ not in _SPEAKING or not str(error):
        return name
    return f"{name}: {masked(str(error).splitlines()[0])}"


def logging_settings(level: str = "INFO") -> dict[str, object]:
    """Return Django's LOGGING: one masked stream, also for the server's access log; no mails."""
    logger = {"handlers": ["console"], "level": level, "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "masked": {
                "()": "clinic.logs.MaskingFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s: %(message)s",
            }
        },
        "filters": {"refused": {"()": "clinic.logs.RefusedRequestFilter"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "masked"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": dict.fromkeys(("django", "granian.access", "_granian", "py.warnings"), logger)
        | {f"django.security.{name}": {"filters": ["refused"]} for name in _REFUSALS}
        | {"django_tasks": {"level": "WARNING"}},  # two lines for every row that is indexed
    }
