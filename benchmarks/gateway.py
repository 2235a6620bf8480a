"""What a request costs on its way through the gateway, against nginx in the same place and against no proxy at all.

    .venv/bin/python -m benchmarks.gateway [--requests 20000] [--streams 1000] [--rounds 5] [--connections 32]
        [--pause-ms 2] [--json]

How to read it
--------------
``CPU us`` is what tells implementations apart: the CPU time of the system's own processes for one request, user and
kernel, read from ``/proc/PID/stat``. It holds on a busy machine, where requests per second do not: three processes
(load, system, provider) share the processors, so ``requests/s`` says what this machine gave, not what it could give.

- ``naxios`` is ``naxios serve`` with a key that has every kind of limit, none ever reached, and one provider over HTTP.
  ``CPU us`` is the thread that serves requests. ``with background`` adds the threads that carry usage records from the
  journal into SQLite, and waits until they are done; it is what the whole process costs, less what it costs idle.
- ``nginx`` is a bare reverse proxy without logs: the least that a process in the middle can cost.
- ``direct`` asks the provider itself. Its CPU is the provider's, which stands behind the others too.
- A stream has 103 events. The provider sends one every ``--pause-ms`` to each stream, so that hardly any is joined
  with the next, as when a model writes; streams per second follow from that pause alone. With ``--pause-ms 0`` they
  come as fast as they are taken: whoever is slow finds several waiting and passes them on together, which flatters
  it. ``reads`` (by the client, for one answer) tells how many pieces arrived.

The systems take turns within each round, so that what else goes on meets all of them. Numbers are medians over
rounds; ``spread`` is the smallest and the largest. Linux only; nginx is left out if it is not installed.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks import cpu, systems
from benchmarks.systems import System

IDLE_SECONDS = 3
QUIET_SECONDS = 0.5
MOST_SECONDS_UNTIL_QUIET = 120


@dataclass(frozen=True)
class Workload:
    name: str
    requests: int
    stream: bool


@dataclass(frozen=True)
class Measured:
    """One run: CPU in microseconds a request, of the serving thread and of the whole process."""

    cpu: float
    cpu_with_background: float
    reads: float
    per_second: float
    p50_ms: float
    p99_ms: float


def main() -> None:
    options = _options()
    workloads = [Workload("plain", options.requests, False), Workload("stream", options.streams, True)]
    workloads = [workload for workload in workloads if workload.requests]
    runs: dict[tuple[str, str], list[Measured]] = {}
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="naxios-benchmark-")))
        _say("starting")
        compared = _start(stack, directory, options.pause_ms)
        idle = {system.name: _idle_share(system) for system in compared}
        for system in compared:
            for workload in workloads:
                _say(f"warming up {system.name}, {workload.name}")
                _load(system, workload, max(options.connections, workload.requests // 10), options.connections)
        for number in range(options.rounds):
            for workload in workloads:
                for system in compared:
                    _say(f"round {number + 1} of {options.rounds}: {system.name}, {workload.name}")
                    measured = _measure(system, workload, options.connections, idle[system.name])
                    runs.setdefault((workload.name, system.name), []).append(measured)
        _say("")
    medians = {key: _median(rounds) for key, rounds in runs.items()}
    if options.json:
        print(json.dumps(_as_json(medians, runs), indent=2))
    else:
        for workload in workloads:
            _print_table(workload, {system.name: medians[workload.name, system.name] for system in compared}, runs)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.gateway",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--requests", type=int, default=20_000, help="plain requests of one run; 0 leaves them out")
    parser.add_argument("--streams", type=int, default=1_000, help="streams of one run; 0 leaves them out")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=32)
    parser.add_argument("--pause-ms", type=float, default=2, help="between two events of a stream")
    parser.add_argument("--json", action="store_true", help="print JSON, every round's numbers included")
    return parser.parse_args()


def _start(stack: ExitStack, directory: Path, pause_ms: float) -> list[System]:
    provider = stack.enter_context(systems.canned_provider(pause_ms))
    compared = [stack.enter_context(systems.gateway(directory, provider))]
    if systems.nginx_path():
        compared.append(stack.enter_context(systems.nginx(directory, provider)))
    else:
        print("nginx is not installed, so it is left out. On Debian: apt-get install nginx", file=sys.stderr)
    return [*compared, provider]


def _measure(system: System, workload: Workload, connections: int, idle: float) -> Measured:
    began, tree, main_thread = time.monotonic(), cpu.of_process_tree(system.pid), cpu.of_main_thread(system.pid)
    result = _load(system, workload, workload.requests, connections)
    main_thread = cpu.of_main_thread(system.pid) - main_thread
    _wait_until_quiet(system, idle)
    tree = cpu.of_process_tree(system.pid) - tree - idle * (time.monotonic() - began)
    return Measured(
        cpu=main_thread / workload.requests * 1e6,
        cpu_with_background=max(tree, main_thread) / workload.requests * 1e6,
        reads=result["reads"],
        per_second=workload.requests / result["seconds"],
        p50_ms=result["p50_ms"],
        p99_ms=result["p99_ms"],
    )


def _load(system: System, workload: Workload, requests: int, connections: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.load", "--port", str(system.port), "--key", system.key]
    command += ["--requests", str(requests), "--connections", str(connections)]
    command += ["--stream"] if workload.stream else []
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=systems.ROOT)
    if done.returncode != 0:
        sys.exit(f"\n{system.name} did not serve every {workload.name} request: {done.stderr.strip()[-500:]}")
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _idle_share(system: System) -> float:
    """CPU seconds a second while nothing is asked."""
    _wait_until_quiet(system, idle=0.1)
    before = cpu.of_process_tree(system.pid)
    time.sleep(IDLE_SECONDS)
    return (cpu.of_process_tree(system.pid) - before) / IDLE_SECONDS


def _wait_until_quiet(system: System, idle: float) -> None:
    end = time.monotonic() + MOST_SECONDS_UNTIL_QUIET
    busy = idle * QUIET_SECONDS + 0.03  # a tick is 0.01
    before = cpu.of_process_tree(system.pid)
    while time.monotonic() < end:
        time.sleep(QUIET_SECONDS)
        after = cpu.of_process_tree(system.pid)
        if after - before <= busy:
            return
        before = after
    sys.exit(f"\n{system.name} did not come to rest within {MOST_SECONDS_UNTIL_QUIET} s")


def _median(rounds: list[Measured]) -> Measured:
    by_field = {name: statistics.median(asdict(run)[name] for run in rounds) for name in asdict(rounds[0])}
    return Measured(**by_field)


def _print_table(workload: Workload, medians: dict[str, Measured], runs: dict[tuple[str, str], list[Measured]]) -> None:
    print(f"\n{workload.name}: {workload.requests:,} requests a run")
    titles = ("", "CPU us", "spread", "x nginx", "with background", "reads", "requests/s", "p50 ms", "p99 ms")
    print("{:8}{:>10}{:>16}{:>9}{:>17}{:>7}{:>12}{:>9}{:>9}".format(*titles))
    nginx = medians.get("nginx")
    for name, row in medians.items():
        all_cpu = [run.cpu for run in runs[workload.name, name]]
        spread = f"{min(all_cpu):,.1f}-{max(all_cpu):,.1f}"
        times_nginx = f"{row.cpu / nginx.cpu:.2f}" if nginx and nginx.cpu and name != "direct" else ""
        print(
            f"{name:8}{row.cpu:>10,.1f}{spread:>16}{times_nginx:>9}{row.cpu_with_background:>17,.1f}"
            f"{row.reads:>7.1f}{row.per_second:>12,.0f}{row.p50_ms:>9,.1f}{row.p99_ms:>9,.1f}"
        )


def _as_json(
    medians: dict[tuple[str, str], Measured], runs: dict[tuple[str, str], list[Measured]]
) -> list[dict[str, object]]:
    return [
        {
            "workload": workload,
            "system": system,
            **asdict(row),
            "rounds": [asdict(run) for run in runs[workload, system]],
        }
        for (workload, system), row in medians.items()
    ]


def _say(what: str) -> None:
    """Progress, on one line of a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{what}", end="", file=sys.stderr, flush=True)
    elif what:
        print(what, file=sys.stderr)


if __name__ == "__main__":
    main()
