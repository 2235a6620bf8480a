"""Run as a program, in the environment of a server: makes accounts, and prints a session of each as JSON."""

import json
import os
import sys

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "naxios.settings")
import django

django.setup()

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402

from naxios.accounts.services import create_user  # noqa: E402


def session(email: str) -> str:
    """The cookie of a session of a new account; those of staff begin with ``staff``."""
    user = create_user(email=email, is_staff=email.startswith("staff"), is_verified=True)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return str(store.session_key)


if __name__ == "__main__":
    print(json.dumps({email: session(email) for email in sys.argv[1:]}))
