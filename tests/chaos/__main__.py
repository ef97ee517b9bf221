"""``python -m tests.chaos``: kills, then the figures; exits with 1 when anything was lost."""

import argparse
import os
import random
import sys
import tempfile
from pathlib import Path
from time import monotonic

ROOT = Path(__file__).resolve().parents[2]


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--senders", type=int, default=24)
    arguments = parser.parse_args()
    say(f"{arguments.kills} kills, seed {arguments.seed}")
    # Below our own data folder, which the account that Postgres runs under can reach.
    data = ROOT / ".data"
    data.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="chaos-", dir=data) as folder:
        data_dir = Path(folder)
        data_dir.chmod(0o755)
        from tests.chaos.prepare import prepare

        environment = prepare(data_dir)
        os.environ.update(environment)
        from tests.chaos.run import run

        started = monotonic()
        is_good = run(
            data_dir,
            environment,
            kills=arguments.kills,
            seed=arguments.seed,
            senders=arguments.senders,
            say=say,
        )
        say(f"{monotonic() - started:.0f} seconds")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
