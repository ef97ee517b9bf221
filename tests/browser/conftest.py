"""A real demo site (both doors and the worker) and a real Chromium."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.watch import Watch

ROOT = Path(__file__).resolve().parents[2]
SCREENSHOTS = ROOT / "screenshots"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
START_LIMIT_SECONDS = 300
FIRST_PORT = 18000
_given: set[int] = set()
PASSWORD_VARIABLE = "DEMO_PASSWORD"
PASSWORD = "browser-tests-only-password"

# Conditions are waited for, however busy the machine is.
expect.set_options(timeout=30_000)


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in the same hook
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)
            # One demo for all of them: starting a second one costs more than it saves.
            item.add_marker(pytest.mark.xdist_group("browser"))


@dataclass(frozen=True)
class DemoSite:
    """Where the running demo answers."""

    public: str
    staff: str
    data_dir: Path
    environment: dict[str, str]

    @property
    def hosts(self) -> set[str]:
        return {url.removeprefix("http://") for url in (self.public, self.staff)}

    def manage(self, *arguments: str) -> str:
        """Run a management command on the demo's database and return what it prints."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout


def two_free_ports() -> int:
    """Return a port whose successor is free too, never the same one twice.

    A server binds its port long after it got it, so the processes of one run have ranges of their
    own, and so do most runs.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    run = os.getppid() if worker else os.getpid()
    first = FIRST_PORT + run % 10 * 400 + int(worker.removeprefix("gw") or 0) % 2 * 200
    for port in (port for port in range(first, FIRST_PORT + 5000, 2) if port not in _given):
        try:
            with socket.socket() as first, socket.socket() as second:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
                _given.add(port)
                return port
        except OSError:
            continue
    raise RuntimeError("no two neighbouring free ports")


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoSite]:
    """Start the demo as ``make demo`` does and yield its addresses."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Fails in the second worker that gets here: the group of these tests was lost.
        (tmp_path_factory.getbasetemp().parent / "the-one-demo").touch(exist_ok=False)
    data_dir = tmp_path_factory.mktemp("demo")
    for parent in [data_dir, *data_dir.parents][:3]:
        parent.chmod(0o755)
    port = two_free_ports()
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"PROCESS", "DATABASE_URL", "OWNER_DATABASE_URL", "EMAIL_URL"}
        and not name.startswith(("DJANGO_", "TEST_", "COV_"))
    } | {
        "DEMO": "1",
        "IGNORE_DOTENV": "1",
        "PORT": str(port),
        "DATA_DIR": str(data_dir),
        PASSWORD_VARIABLE: PASSWORD,
    }
    log = (data_dir / "demo.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    site = DemoSite(
        f"http://localhost:{port}", f"http://localhost:{port + 1}", data_dir, environment
    )
    try:
        deadline = monotonic() + START_LIMIT_SECONDS
        while not (answers(f"{site.public}/readyz") and answers(f"{site.staff}/readyz")):
            if process.poll() is not None or monotonic() > deadline:
                pytest.fail(
                    "the demo did not start:\n" + (data_dir / "demo.log").read_text()[-4000:]
                )
            sleep(0.5)
        yield site
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        log.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("google-chrome")
    if path is None:
        pytest.fail("Chromium is missing: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


Opener = Callable[..., Page]


@pytest.fixture
def watch(demo_site: DemoSite) -> Iterator[Watch]:
    """Fail the test in whose pages anything forbidden happened."""
    watch = Watch(own_hosts=demo_site.hosts)
    yield watch
    assert watch.findings == []


@pytest.fixture
def open_browser(chromium: Browser, watch: Watch) -> Iterator[Opener]:
    """Return a function that opens a fresh browser profile and returns its page."""
    contexts: list[BrowserContext] = []

    def open_page(*, width: int = 1280, height: int = 900, **options: object) -> Page:
        context = chromium.new_context(viewport={"width": width, "height": height}, **options)
        context.set_default_timeout(60_000)
        watch.attach(context)
        contexts.append(context)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


def screenshot(page: Page, name: str, *, full_page: bool = True) -> None:
    """Leave a picture of the page under screenshots/."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=full_page)


def log_in(page: Page, site: DemoSite, email: str) -> None:
    """Log a demo person in at the staff door, in whatever language it speaks."""
    page.goto(f"{site.staff}/admin/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]:not([form])").click()
    page.wait_for_url(f"{site.staff}/admin/**")
