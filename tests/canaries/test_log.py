"""What libraries log about the data that they handle is written as a template, without the data."""

import json
import subprocess
import sys

import pytest

CANARY = "canary0123456789abcdef"
PROGRAM = """
import logging
import django
django.setup()
logger = logging.getLogger({name!r})
{statement}
"""


@pytest.mark.parametrize(
    ("name", "statement"),
    [
        ("some.library", f"logger.error('it got %s', '{CANARY}')"),
        ("some.library", f"logger.error('it got %(text)s', {{'text': '{CANARY}'}})"),
        ("some.library", f"logger.error('it counts %d', '{CANARY}')"),
        ("some.library", f"logger.error('it got', '{CANARY}')"),
        ("some.library", f"logger.error('it got %s', 1, extra={{'text': '{CANARY}'}})"),
        ("django.request", f"logger.error('%s: %s', 'Not Found', '/{CANARY}', extra={{'status_code': 404}})"),
        ("django.security.csrf", f"logger.error('Forbidden (%s): %s', 'Origin {CANARY}', '/')"),
        ("asyncio", f"logger.error('Task exception was never retrieved: {CANARY}')"),
    ],
    ids=["positional", "named", "of a wrong type", "too many", "extra", "a path", "an origin", "formatted before"],
)
def test_the_data_is_left_out(name: str, statement: str) -> None:
    program = PROGRAM.format(name=name, statement=statement)

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert CANARY not in done.stderr + done.stdout


def test_the_template_and_the_status_are_written() -> None:
    statement = f"logger.error('%s: %s', 'Not Found', '/{CANARY}', extra={{'status_code': 404}})"
    program = PROGRAM.format(name="django.request", statement=statement)

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    line = json.loads(done.stderr)
    assert (line["event"], line["status"], line["logger"]) == ("%s: %s", 404, "django.request")
