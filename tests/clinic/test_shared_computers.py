"""What a shared computer must not keep."""

import re
from pathlib import Path

from django.http import HttpResponse

from clinic.shared_computers import COOKIE, forget_on_going_back

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = [
    script
    for room in ("clinic", "education", "trials")
    for script in (ROOT / room).rglob("*.js")
    if "locale" not in script.parts
]
STORAGE = re.compile(r"localStorage|sessionStorage|indexedDB|caches\.|serviceWorker")


def test_no_script_keeps_anything_in_the_browser_but_the_list_that_people_ask_for():
    assert len(SCRIPTS) >= 3
    kept = [script.name for script in SCRIPTS if STORAGE.search(script.read_text())]
    # "My list" of trials: kept by a button, forgotten by another, never sent.
    assert kept == ["kept.js"]


def test_cookie__changes_each_time_and_means_nothing():
    cookies = [forget_on_going_back(HttpResponse()).cookies[COOKIE] for _ in range(2)]
    assert cookies[0].value != cookies[1].value
    assert cookies[0]["httponly"] and cookies[0]["samesite"] == "Strict"
    assert cookies[0]["max-age"] == 60
