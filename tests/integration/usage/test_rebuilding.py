"""`naxios usage rebuild`, for when sums were changed by hand."""

import sqlite3

import httpx2 as httpx

from tests.serving import Server


def test_sums_that_were_changed_are_made_anew_while_the_server_runs(server: Server, key: str) -> None:
    answer = httpx.post(
        f"{server.api}/chat/completions",
        headers={"authorization": f"Bearer {key}"},
        json={"model": "naxios/echo", "messages": [{"role": "user", "content": "Hello"}]},
    )
    assert answer.status_code == 200
    assert server.cli("usage")["totals"][0]["requests"] == 1
    with sqlite3.connect(server.home / "naxios.sqlite3") as database:
        database.execute("UPDATE usage_usagerollup SET requests = 7")
    assert server.run("usage", "reconcile").returncode == 1

    rebuilt = server.run("usage", "rebuild")

    assert rebuilt.stdout == "Usage records summed anew: 1\n"
    assert server.cli("usage", "reconcile")["differences"] == []
