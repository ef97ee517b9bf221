"""What a first visit costs on the wire: a fresh Chromium profile loads the page and we count."""

from collections import defaultdict
from typing import Any

from clinic.chromium import chromium

_COLUMNS = {
    "Document": "HTML",
    "Stylesheet": "CSS",
    "Script": "JS",
    "Font": "fonts",
    "Image": "images",
}
PHOTOGRAPHS = "photographs"
HEADER = ["requests", "HTML", "CSS", "JS", "fonts", "images", PHOTOGRAPHS, "other"]
_PHONE = {"width": 390, "height": 844}


def weigh(addresses: list[str]) -> list[dict[str, int]]:
    """Return requests and bytes (with headers, as compressed) by kind for each address.

    Raises ChromiumMissing without a browser.
    """
    with chromium() as browser:
        return [_weigh(browser, address) for address in addresses]


def _weigh(browser: Any, address: str) -> dict[str, int]:
    context = browser.new_context(viewport=_PHONE, device_scale_factor=2)
    try:
        page = context.new_page()
        session = context.new_cdp_session(page)
        kinds: dict[str, str] = {}
        found: dict[str, int] = defaultdict(int)

        def received(event: dict[str, Any]) -> None:
            path = event["response"]["url"].split("/", 3)[-1]
            kind = _COLUMNS.get(event["type"], "other")
            kinds[event["requestId"]] = PHOTOGRAPHS if path.startswith("media/") else kind

        def finished(event: dict[str, Any]) -> None:
            found["requests"] += 1
            found[kinds.get(event["requestId"], "other")] += int(event["encodedDataLength"])

        session.on("Network.responseReceived", received)
        session.on("Network.loadingFinished", finished)
        session.send("Network.enable")
        page.goto(address, wait_until="networkidle")
        return {name: found[name] for name in HEADER}
    finally:
        context.close()
