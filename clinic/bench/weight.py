"""What a first visit costs: a fresh Chromium profile loads the page, we count bytes and wait.

The line and the processor are slowed down as Lighthouse does for a middling phone on slow 4G
(Lighthouse's documentation on throttling: 150 ms, 1.6 Mbit/s down, 750 kbit/s up, 4 times slower).
"""

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
PAINTS = ["first paint ms", "largest paint ms", "layout shift ‰"]
_SLOW_4G = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_SLOWER = 4
_OBSERVE = """
    window.paints = {first: 0, largest: 0, shift: 0};
    const watch = (type, note) => new PerformanceObserver((list) => list.getEntries().forEach(note))
        .observe({type, buffered: true});
    watch("paint", (entry) => {
        if (entry.name === "first-contentful-paint") window.paints.first = entry.startTime;
    });
    watch("largest-contentful-paint", (entry) => { window.paints.largest = entry.startTime; });
    watch("layout-shift", (entry) => {
        if (!entry.hadRecentInput) window.paints.shift += entry.value;
    });
"""


def weigh(addresses: list[str]) -> list[dict[str, int]]:
    """Return requests, bytes (with headers, as compressed) by kind, and paints of each address.

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
        session.send("Network.emulateNetworkConditions", _SLOW_4G)
        session.send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
        page.add_init_script(_OBSERVE)
        page.goto(address, wait_until="networkidle")
        page.wait_for_function("window.paints.largest > 0")
        page.wait_for_load_state("networkidle")
        paints = page.evaluate("window.paints")
        figures = [paints["first"], paints["largest"], paints["shift"] * 1000]
        return {name: found[name] for name in HEADER} | dict(
            zip(PAINTS, map(round, figures), strict=True)
        )
    finally:
        context.close()
