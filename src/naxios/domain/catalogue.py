"""The catalogue as the gateway sees it: frozen structs that the control plane hands over."""

from enum import StrEnum
from fnmatch import fnmatchcase

import msgspec

ECHO_MODEL = "naxios/echo"
"""The built-in demonstration model; it needs no third party."""

DEFAULT_MAX_OUTPUT_TOKENS = 4_096
"""Output reserved when neither the request nor the model says how much there can be."""


class ProviderKind(StrEnum):
    """How a provider is spoken to."""

    OPENAI = "openai"  # any server that speaks OpenAI's chat completions
    ECHO = "echo"  # the built-in demonstration, inside the gateway


class Capability(StrEnum):
    """What a model can do, as the catalogue file declares it and the pages show it."""

    TOOLS = "tools"
    JSON = "json"
    VISION = "vision"
    AUDIO = "audio"
    REASONING = "reasoning"


class Secret:
    """A credential on its way to the one place that uses it; it never shows itself in logs or tracebacks."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself."""
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(…)" if self._value else "Secret()"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)


class Provider(msgspec.Struct, frozen=True):
    """A third party that serves models. ``headers`` may hold credentials too, hence secret values."""

    name: str
    kind: ProviderKind
    base_url: str
    credential: Secret
    timeout_seconds: int = 600
    max_concurrency: int | None = None
    headers: tuple[tuple[str, Secret], ...] = ()


class Route(msgspec.Struct, frozen=True):
    """One way to serve a model. The lowest ``priority`` goes first; ``weight`` shares within a priority."""

    provider: Provider
    upstream_model: str
    priority: int = 0
    weight: int = 100


class Model(msgspec.Struct, frozen=True):
    """A name that API users ask for. ``multiplier`` is in millionths, ``created`` in seconds since the epoch."""

    name: str
    display_name: str
    multiplier: int
    created: int
    routes: tuple[Route, ...] = ()
    context_tokens: int | None = None
    max_output_tokens: int | None = None
    demonstration: bool = False


class Catalogue(msgspec.Struct, frozen=True):
    """Every enabled model by name."""

    models: dict[str, Model]


def is_allowed(model: str, patterns: tuple[str, ...]) -> bool:
    """Whether ``model`` matches one of ``patterns``, each a name or a shell pattern such as ``openai/*``."""
    return any(pattern == "*" or pattern == model or fnmatchcase(model, pattern) for pattern in patterns)
