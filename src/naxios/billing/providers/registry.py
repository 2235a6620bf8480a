"""The payment providers that there are, and those that are configured."""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from naxios import config
from naxios.billing import providers
from naxios.billing.providers import PaymentProvider
from naxios.errors import Refused


def configured() -> list[PaymentProvider]:
    """Every provider that people can pay through, those that renew by themselves first."""
    built = [folder.build(config.load()) for folder in _folders()]
    return sorted((provider for provider in built if provider is not None), key=lambda found: not found.renews)


def by_name(name: str) -> PaymentProvider:
    """The configured provider ``name``.

    Raises
    ------
    Refused
        It is not configured, or there is none.
    """
    for provider in configured():
        if provider.name == name:
            return provider
    raise Refused(f"The payment provider {name!r} is not configured here.")


@cache
def _folders() -> tuple[ModuleType, ...]:
    found = (module.name for module in pkgutil.iter_modules(providers.__path__) if module.ispkg)
    return tuple(importlib.import_module(f"{providers.__name__}.{name}") for name in found)
