"""What survives ``kill -9``: a server is killed again and again under load, and the books are compared each time.

    .venv/bin/python -m benchmarks.crash [--kills 20] [--json]

16 clients ask the built-in model and a provider over HTTP, plain and streamed, without a pause. ``whole answers`` are
those that a client got to the last byte; each has to be on record exactly once. ``usage reconcile`` runs after every
restart, while the load goes on, and twice at the end. Exits 1 if anything is missing, double or different.
"""

import argparse
import json
import statistics
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

from tests.integration.operation.crash import Outcome, crash
from tests.stand_ins.provider import running_provider


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory(prefix="naxios-crash-") as directory, running_provider() as provider:
        outcome = crash(Path(directory), provider, arguments.kills)
    print(json.dumps(asdict(outcome), indent=2) if arguments.json else _table(outcome))
    sys.exit(bool(outcome.missing or outcome.duplicates or outcome.differences))


def _table(outcome: Outcome) -> str:
    slowest, median = max(outcome.restart_seconds), statistics.median(outcome.restart_seconds)
    lines = [
        ("kills", outcome.kills),
        ("whole answers", outcome.whole_answers),
        ("answers cut by a kill", outcome.cut_answers),
        ("usage records", outcome.records),
        ("whole answers without a record", outcome.missing),
        ("records that are there twice", outcome.duplicates),
        ("times that usage was reconciled", outcome.reconciliations),
        ("times that something differed", len(outcome.differences)),
        ("restart, median (slowest)", f"{median:.2f} s ({slowest:.2f} s)"),
    ]
    return "\n".join([f"{name:<32} {value:>16}" for name, value in lines] + outcome.differences)


if __name__ == "__main__":
    main()
