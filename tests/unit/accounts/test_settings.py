"""What the base URL decides: which cookies are secure, and whether passkeys work."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

_PROGRAM = """
import json
from naxios import settings
names = ["SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "PASSKEYS_WORK", "MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN"]
print(json.dumps([getattr(settings, name) for name in names]))
"""


@pytest.mark.parametrize(
    ("base_url", "secure", "passkeys", "insecure_origin"),
    [
        ("https://llm.example.com", True, True, False),
        ("https://localhost:8443", True, True, False),
        ("https://192.0.2.7", True, False, False),
        ("http://localhost:8000", False, True, True),
        ("http://llm.example.com", False, False, False),
        ("http://127.0.0.1:8000", False, False, False),
        ("http://localhost.example.com", False, False, False),
        ("", False, False, False),
    ],
)
def test_it_works(tmp_path: Path, base_url: str, secure: bool, passkeys: bool, insecure_origin: bool) -> None:
    environment = {**os.environ, "NAXIOS_HOME": str(tmp_path), "NAXIOS_BASE_URL": base_url}

    done = subprocess.run([sys.executable, "-c", _PROGRAM], env=environment, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == [secure, secure, passkeys, insecure_origin]
