"""Fifty kills in every run of the tests; ``make chaos`` does five hundred."""

import subprocess
import sys

from tests.served import ROOT

SEED = 20_261_128


def test_fifty_kills__lose_nothing_and_double_nothing() -> None:
    command = [sys.executable, "-m", "tests.chaos", "--kills=50", f"--seed={SEED}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Must be nothing" in done.stdout
