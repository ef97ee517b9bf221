"""Phone numbers as people read them, and as links dial them."""

import re

_NOT_DIALLED = re.compile(r"[^\d+]")


def dial(number: str) -> str:
    """Return the ``tel:`` address of a number written for people; ten digits are American."""
    digits = _NOT_DIALLED.sub("", number or "")
    if len(digits) == 10 and not digits.startswith("+"):
        digits = f"+1{digits}"
    return f"tel:{digits}" if digits else ""
