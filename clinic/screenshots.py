"""Pictures of the demo, taken with Chromium: as a visitor who sends an inquiry, then as staff."""

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image

from clinic.editorial_screenshots import take_editorial_pictures

WIDTHS = (360, 768, 1280)
TALLEST = 1600
QUALITY = 72
TRIAL = "/en/trials/NCT99900001/"
EDUCATION_PAGE = "/en/education/checkpoint-inhibitors/"
PUBLIC_PAGES = {
    "home": "/en/",
    "education": EDUCATION_PAGE,
    "trial-search": "/en/trials/",
    "trial": TRIAL,
    "interest-form": f"{TRIAL}interest/",
}
IN_THE_DARK = ("home", "trial")
ON_PAPER = ("education", "trial")
PAPER_WIDTH = 720
# Longer than the shortest time in which a person fills the form in.
READING_MILLISECONDS = 4000


@dataclass(frozen=True)
class Demo:
    """A running demo and how its people log in."""

    public: str
    staff: str
    password: str


class Photographer:
    """Opens pages of one demo and keeps pictures in one folder."""

    def __init__(self, browser: Any, demo: Demo, folder: Path, say: Callable[[str], None]) -> None:
        self.browser = browser
        self.demo = demo
        self.folder = folder
        self.say = say

    def take_all(self) -> None:
        """Take every picture."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for name, path in PUBLIC_PAGES.items():
            for width in WIDTHS:
                self._visit(f"{name}-{width}", path, width)
        for name in IN_THE_DARK:
            self._visit(f"{name}-dark", PUBLIC_PAGES[name], WIDTHS[-1], color_scheme="dark")
        for name in ON_PAPER:
            self._visit(f"{name}-print", PUBLIC_PAGES[name], PAPER_WIDTH, media="print")
        self._send_inquiry()
        self._work_as_staff()
        take_editorial_pictures(self)

    def _visit(self, name: str, path: str, width: int, media: str = "", **options: Any) -> None:
        page = self._open(width, **options)
        if media:
            page.emulate_media(media=media)
        page.goto(f"{self.demo.public}{path}", wait_until="networkidle")
        self._keep(page, name, full_page=True)

    def _send_inquiry(self) -> None:
        page = self._open(WIDTHS[0])
        page.goto(f"{self.demo.public}{PUBLIC_PAGES['interest-form']}")
        page.locator("[name=for_whom]").first.check()
        page.locator("[name=name]").fill("Alex Example")
        page.locator("[name=email]").fill("alex@visitor.example")
        page.locator("[name=preferred_language]").select_option("en")
        page.locator("[name=is_adult]").check()
        page.locator("[name=consent]").check()
        page.wait_for_timeout(READING_MILLISECONDS)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url("**/inquiry/*/")
        self._keep(page, f"receipt-{WIDTHS[0]}", full_page=True)

    def _work_as_staff(self) -> None:
        page = self.log_in("lead@demo.example")
        page.locator("a[href='/admin/inquiries/']").first.click()
        page.wait_for_load_state("networkidle")
        self._keep(page, "inbox")

    def log_in(self, email: str) -> Any:
        """Return the dashboard of one of the demo's people."""
        page = self._open(WIDTHS[-1])
        page.goto(f"{self.demo.staff}/admin/")
        page.locator("[name=login]").fill(email)
        page.locator("[name=password]").fill(self.demo.password)
        page.locator("main button[type=submit]").first.click()
        page.wait_for_url(f"{self.demo.staff}/admin/")
        return page

    def _open(self, width: int, **options: Any) -> Any:
        context = self.browser.new_context(
            viewport={"width": width, "height": 900}, reduced_motion="reduce", **options
        )
        return context.new_page()

    def _keep(self, page: Any, name: str, *, full_page: bool = False) -> None:
        self.save(page, name, full_page=full_page)
        self.close(page)

    def save(self, page: Any, name: str, *, full_page: bool = False) -> None:
        """Write a picture, cut where nobody would look on."""
        taken = Image.open(BytesIO(page.screenshot(full_page=full_page)))
        picture = taken.convert("RGB").crop((0, 0, taken.width, min(taken.height, TALLEST)))
        file = self.folder / f"{name}.webp"
        picture.save(file, "WEBP", quality=QUALITY, method=6)
        self.say(f"{file} ({file.stat().st_size // 1000} kB)")

    def close(self, page: Any) -> None:
        """Close the page's profile."""
        page.context.close()
