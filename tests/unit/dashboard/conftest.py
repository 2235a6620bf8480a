"""Tests of the dashboard live in one day, as those of usage do."""

from tests.unit.usage.conftest import _one_day  # noqa: F401
