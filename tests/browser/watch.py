"""Watches one browser context for what must never happen on any page."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

LOCAL_SCHEMES = {"data", "blob", "about"}
# Wagtail's editor asks about its session when leaving the page has ended it: its script logs a 404.
EDITING_SESSION = "/admin/editing-sessions/ping/"
# What fades in has its colors when it is there.
IS_STILL = """() => document.getAnimations().every((one) =>
    one.playState !== "running" || one.effect.getComputedTiming().iterations === Infinity)"""
AXE_OPTIONS = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}


@dataclass
class Watch:
    """Collects foreign requests, console errors, policy reports and page errors."""

    own_hosts: set[str]
    expected_statuses: set[int] = field(default_factory=set)
    expected_messages: set[str] = field(default_factory=set)
    findings: list[str] = field(default_factory=list)

    def attach(self, context: BrowserContext) -> None:
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", lambda error: self.findings.append(f"script error: {error.error}"))

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in LOCAL_SCHEMES and parts.netloc not in self.own_hosts:
            self.findings.append(f"foreign request: {request.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type not in {"error", "warning"}:
            return
        for status in self.expected_statuses:
            if f"the server responded with a status of {status}" in message.text:
                return
        if any(expected in message.text for expected in self.expected_messages):
            return
        where = message.location.get("url", "")
        if EDITING_SESSION in where + message.text and "404" in message.text:
            return
        self.findings.append(f"console {message.type} at {where}: {message.text}")


def axe_findings(page: Page, *, include: str | None = None) -> list[str]:
    """Return one line per accessibility finding of axe-core on the page as it is now."""
    page.wait_for_function(IS_STILL)
    results = Axe().run(page, context=include, options=AXE_OPTIONS)
    lines = []
    for violation in results.response["violations"]:
        for node in violation["nodes"]:
            lines.append(f"{page.url} · {violation['id']}: {node['target']} {node['html'][:160]}")
    return lines
