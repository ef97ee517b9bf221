"""The peer: a WSGI application that answers everything with one response read from a file."""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from clinic.bench.context import CONSTANT_ANSWER
from clinic.process_life import end_with_server

_answer = Path(os.environ[CONSTANT_ANSWER])
_headers = [tuple(pair) for pair in json.loads(_answer.with_suffix(".json").read_text())]
_body = [_answer.read_bytes()]


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answer."""
    start_response("200 OK", list(_headers))
    return _body


end_with_server()
