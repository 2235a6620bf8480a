"""The same people as on the pages of usage."""

from tests.browser.usage.conftest import inhabited, owner, secret  # noqa: F401
