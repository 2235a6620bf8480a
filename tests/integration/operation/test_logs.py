"""What the server writes to its log when something breaks: never the text of an exception, which may quote content."""

import json
import subprocess
import sys

import pytest

SECRET = "what somebody asked a model"
FAULT = f"""
import logging
import django
django.setup()
try:
    raise ValueError("{SECRET}")
except ValueError:
    logging.getLogger({{name!r}}).exception("it broke")
"""


@pytest.mark.parametrize("name", ["naxios.gateway.app", "uvicorn.error", "aiohttp.client", "asyncio", "django.request"])
def test_an_exception_is_logged_as_its_type_and_place_without_its_message(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FAULT.format(name=name)], capture_output=True, text=True, timeout=60, check=True
    )

    [line] = done.stderr.splitlines()
    assert json.loads(line)["exception"].startswith("builtins.ValueError in <module>")
    assert SECRET not in done.stderr
