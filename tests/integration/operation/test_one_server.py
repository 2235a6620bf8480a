"""One server a home directory: with limits in memory, two would grant everything twice."""

from pathlib import Path

from tests.serving import Server


def test_a_second_server_from_the_same_directory_is_refused_and_the_first_goes_on(server: Server) -> None:
    second = server.run("serve", "--port", "0")

    assert second.returncode == 1
    assert second.stderr == (
        f"naxios: Naxios already runs from {server.home}, at {server.url}. Stop it, or choose another NAXIOS_HOME.\n"
    )
    assert server.cli("usage", "reconcile")["counters"] is not None


def test_who_starts_it_twice_with_the_same_command_hears_that_it_runs(server: Server) -> None:
    second = server.run("serve", "--port", server.url.rsplit(":", 1)[1])

    assert "already runs from" in second.stderr


def test_a_port_in_use_is_refused(server: Server, tmp_path: Path) -> None:
    port = server.url.rsplit(":", 1)[1]
    other = Server(tmp_path / "home")

    refused = other.run("serve", "--port", port)

    assert refused.returncode == 1
    assert refused.stderr == (
        f"naxios: Naxios cannot listen on 127.0.0.1:{port} (Address already in use). "
        "Choose another with --host and --port.\n"
    )


def test_a_refused_start_leaves_no_address_behind(server: Server, tmp_path: Path) -> None:
    other = Server(tmp_path / "home")

    other.run("serve", "--port", server.url.rsplit(":", 1)[1])

    assert not (other.home / "running.json").exists()
    assert other.cli("usage", "reconcile")["counters"] is None
