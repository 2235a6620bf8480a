"""What a benchmark compares: the gateway, nginx in the same place, and no one in between."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serving import Server

START_SECONDS = 10
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class System:
    """Something on a port that answers chat requests. ``pid`` is the root of its processes."""

    name: str
    port: int
    pid: int
    key: str = "none"


@contextmanager
def canned_provider(pause_ms: float) -> Iterator[System]:
    """The provider behind all the others; asked itself, it is the direct way."""
    command = [sys.executable, "-m", "benchmarks.canned_provider", "--pause-ms", str(pause_ms)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield System("direct", int(process.stdout.readline()), process.pid)
        finally:
            process.terminate()


@contextmanager
def gateway(directory: Path, provider: System) -> Iterator[System]:
    """``naxios serve`` with a key whose every limit is counted and none is ever reached."""
    server = Server(directory / "home")
    server.start()
    try:
        server.apply(_CATALOGUE.format(port=provider.port))
        options = ("--tokens-per-day", "900000000000", "--requests-per-minute", "50000000")
        key = server.key(*options, plan="benchmark")
        yield System("naxios", int(server.url.rpartition(":")[2]), server.pid, key)
    finally:
        server.stop()


@contextmanager
def nginx(directory: Path, provider: System) -> Iterator[System]:
    """nginx as a bare reverse proxy: one process, connections kept alive on both sides, nothing logged."""
    port = _free_port()
    config = directory / "nginx.conf"
    config.write_text(_NGINX.format(directory=directory, port=port, provider=provider.port))
    command = [nginx_path() or "nginx", "-p", str(directory), "-c", str(config), "-e", str(directory / "nginx.log")]
    with subprocess.Popen(command) as process:
        try:
            _wait_for(port)
            yield System("nginx", port, process.pid)
        finally:
            process.terminate()


def nginx_path() -> str | None:
    """Where nginx is installed, if it is; Debian keeps it where only root looks."""
    return shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(port: int) -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)


_CATALOGUE = """
[providers.canned]
kind = "openai"
base_url = "http://127.0.0.1:{port}/v1"
api_key = "canned"

[models.canned]
context_tokens = 100000
routes = [ {{ provider = "canned", model = "canned" }} ]

[plans.benchmark]
tokens_per_day = 900000000000
requests_per_minute = 50000000
tokens_per_minute = 50000000000
concurrency = 100000
models = ["*"]
"""

_NGINX = """
daemon off;
master_process off;
worker_processes 1;
pid {directory}/nginx.pid;
error_log {directory}/nginx.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    keepalive_requests 100000000;
    upstream provider {{
        server 127.0.0.1:{provider};
        keepalive 512;
        keepalive_requests 100000000;
    }}
    server {{
        listen 127.0.0.1:{port};
        location / {{
            proxy_pass http://provider;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
        }}
    }}
}}
"""
