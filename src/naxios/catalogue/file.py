"""The catalogue file: TOML in, a checked declaration out, and every mistake named with its line."""

import re
import tomllib
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator, model_validator

from naxios.abuse.policy import Policy
from naxios.catalogue.costs import CostEntry
from naxios.catalogue.toml_lines import Path, lines_of
from naxios.domain.entitlements import FREE
from naxios.domain.tokens import parse_multiplier

LARGEST_FILE = 1024 * 1024
BUILT_IN_PROVIDER = "naxios"
BUILT_IN_MODELS = "naxios/"

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,49}")
_MODEL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@+-]{0,199}")
_DIGITS = re.compile(r"[\d_]+")
_POSITION = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
_HEADER = re.compile(r"[A-Za-z0-9-]{1,64}")
_OTHER_KINDS = {
    "anthropic": "https://api.anthropic.com/v1",
    "gemini": "https://generativelanguage.googleapis.com/v1beta/openai",
    "azure-openai": "https://YOUR-RESOURCE.openai.azure.com/openai/v1",
}


Problem = tuple[Path, str]
"""Where in the file, and what is wrong there."""


class FileProblems(Exception):
    """What is wrong with a file: one line each, ``FILE:LINE: what``."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _decimal(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError('a multiplier is a decimal such as "0.25"')
    return parse_multiplier(str(value))


Multiplier = Annotated[int, BeforeValidator(_decimal)]
Count = Annotated[int, Field(ge=1, le=2**53)]
StripePrice = Field(default="", pattern=r"^(price_[A-Za-z0-9]{1,90})?$")


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ProviderEntry(_Entry):
    """``[providers.NAME]``."""

    kind: Literal["openai"]
    base_url: str
    api_key: str = Field(default="", max_length=4000, repr=False)
    timeout_seconds: int = Field(default=600, ge=1, le=3600)
    max_concurrency: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    headers: dict[str, str] = Field(default_factory=dict, repr=False)

    @field_validator("kind", mode="before")
    @classmethod
    def _kind(cls, kind: object) -> object:
        if isinstance(kind, str) and kind in _OTHER_KINDS:
            raise ValueError(
                f'this version speaks to OpenAI-compatible servers only; use kind = "openai" with '
                f'base_url = "{_OTHER_KINDS[kind]}"'
            )
        return kind

    @field_validator("base_url")
    @classmethod
    def _base_url(cls, url: str) -> str:
        try:
            parts = urlsplit(url)
            has_port = parts.port != 0
        except ValueError:  # whose message quotes the URL, which may hold a secret
            raise ValueError("this is not a URL that can be connected to") from None
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("a base URL begins with https:// (or http://) and names a host")
        if parts.username or parts.password:
            raise ValueError("credentials belong into api_key or headers, not into the URL")
        if parts.query or parts.fragment:
            raise ValueError("a base URL has no ? or # part")
        if not has_port or any(character.isspace() for character in url):
            raise ValueError("this is not a URL that can be connected to")
        return url.rstrip("/")

    @field_validator("api_key")
    @classmethod
    def _api_key(cls, key: str) -> str:
        if not _fits_a_header(key):
            raise ValueError("it has characters that a header cannot have, such as a line end")
        return key

    @field_validator("headers")
    @classmethod
    def _headers(cls, headers: dict[str, str]) -> dict[str, str]:
        for name, value in headers.items():
            if not _HEADER.fullmatch(name):
                raise ValueError(f"{name!r} is not the name of a header")
            if name.lower() in ("host", "content-length", "transfer-encoding", "connection"):
                raise ValueError(f"{name} is set by Naxios itself")
            if not _fits_a_header(value):
                raise ValueError(f"the value of {name} has characters that a header cannot have")
        return headers


def _fits_a_header(value: str) -> bool:
    return value.isascii() and value.isprintable()


class RouteEntry(_Entry):
    """One of ``routes``."""

    provider: str
    model: str = Field(min_length=1, max_length=200)
    priority: int = Field(default=0, ge=-1000, le=1000)
    weight: int = Field(default=100, ge=0, le=1_000_000)
    cost: CostEntry | None = None


class ModelEntry(_Entry):
    """``[models."NAME"]``; ``multiplier`` is in millionths."""

    display_name: str = Field(default="", max_length=200)
    description: str = Field(default="", max_length=300)
    capabilities: list[Literal["tools", "json", "vision", "audio", "reasoning"]] = Field(default_factory=list)
    context_tokens: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    max_output_tokens: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    multiplier: Multiplier = 1_000_000
    routes: list[RouteEntry] = Field(default_factory=list)

    @field_validator("routes")
    @classmethod
    def _routes(cls, routes: list[RouteEntry]) -> list[RouteEntry]:
        targets = [(route.provider, route.model) for route in routes]
        if len(set(targets)) < len(targets):
            raise ValueError("two routes lead to the same model of the same provider")
        costs: dict[str, CostEntry | None] = {}
        for route in routes:
            if costs.setdefault(route.provider, route.cost) != route.cost:
                raise ValueError(
                    f"usage is summed by model and provider, so all routes to {route.provider} have the same cost"
                )
        return routes


class PlanEntry(_Entry):
    """``[plans.NAME]``; a limit that is left out is unlimited."""

    display_name: str = Field(default="", max_length=100)
    tokens_per_day: Count | None = None
    requests_per_minute: Count | None = None
    tokens_per_minute: Count | None = None
    concurrency: Count | None = None
    models: list[Annotated[str, Field(min_length=1, max_length=200)]] = Field(
        default_factory=lambda: ["*"], min_length=1
    )
    requires_discord: bool = False
    price_minor: Annotated[int, Field(ge=1, le=2**53)] | None = None
    currency: str = ""
    trial_days: int = Field(default=0, ge=0, le=730)
    stripe_price: str = StripePrice
    after_lapse: Literal["free", "refuse"] = "free"

    @model_validator(mode="after")
    def _price(self) -> "PlanEntry":
        if (self.price_minor is None) != (self.currency == ""):
            raise ValueError("price_minor and currency go together")
        if self.currency:
            _check_currency(self.currency)
        if self.price_minor is None and (self.trial_days or self.stripe_price):
            raise ValueError("trial_days and stripe_price are for plans with a price_minor")
        return self


class TokenPackEntry(_Entry):
    """``[token_packs.NAME]``; ``expires_days`` is counted from the purchase, and left out for no end."""

    display_name: str = Field(default="", max_length=100)
    tokens: Annotated[int, Field(ge=1, le=10**15)]
    price_minor: Annotated[int, Field(ge=1, le=2**53)]
    currency: str
    expires_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    stripe_price: str = StripePrice

    @field_validator("currency")
    @classmethod
    def _currency(cls, currency: str) -> str:
        _check_currency(currency)
        return currency


def _check_currency(currency: str) -> None:
    if not re.fullmatch(r"[a-z]{3}", currency):
        raise ValueError('a currency is three lower-case letters, such as "usd"')


class Declared(_Entry):
    """The whole file."""

    providers: dict[str, ProviderEntry] = Field(default_factory=dict)
    models: dict[str, ModelEntry] = Field(default_factory=dict)
    plans: dict[str, PlanEntry] = Field(default_factory=dict)
    abuse: Policy | None = None
    token_packs: dict[str, TokenPackEntry] = Field(default_factory=dict)


def read(text: str, name: str, environment: Mapping[str, str], known_providers: frozenset[str]) -> Declared:
    """The declaration in ``text``, with ``${NAME}`` in providers' strings replaced from ``environment``.

    ``name`` is the file's, for messages. Routes may use providers of the file or ``known_providers``.

    Raises
    ------
    FileProblems
        Every mistake there is, not only the first.
    """
    if len(text) > LARGEST_FILE:
        raise FileProblems([f"{name}:1: the file is larger than {LARGEST_FILE // 1024} KiB"])
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise FileProblems([_syntax_problem(text, name, error)]) from None

    found = [*_misnamed(content), *_routes_to_nowhere(content, known_providers), *_verified_elsewhere(content)]
    if isinstance(content.get("providers"), dict):
        content["providers"] = _substituted(content["providers"], ("providers",), environment, found)
    try:
        declared = Declared.model_validate(content)
    except ValidationError as error:
        found += [_problem(detail) for detail in error.errors(include_url=False, include_input=False)]
    if not found:
        return declared
    lines = lines_of(text)
    problems = sorted({(lines.of(path), _written(path), message) for path, message in found})
    raise FileProblems([f"{name}:{line}: {path}{': ' if path else ''}{message}" for line, path, message in problems])


def is_model_name(name: str) -> bool:
    """Whether an operator's model can have this name."""
    return bool(_MODEL_NAME.fullmatch(name)) and not name.startswith(BUILT_IN_MODELS)


def _misnamed(content: dict[str, Any]) -> list[Problem]:
    """Names that nothing can have. Looked at in the raw content, so that another mistake does not hide them."""
    found: list[Problem] = []
    for section in ("providers", "plans", "token_packs"):
        for name in _table(content, section):
            if not _NAME.fullmatch(name):
                found.append(((section, name), "this is not a name: letters, digits, - and _, at most 50"))
            elif name == BUILT_IN_PROVIDER:
                found.append(((section, name), "this is the built-in provider; choose another name"))
    for name in _table(content, "models"):
        if not _MODEL_NAME.fullmatch(name):
            wrong = "this is not a model's name: letters, digits and . _ : / @ + -, at most 200"
            found.append((("models", name), wrong))
        elif name.startswith(BUILT_IN_MODELS):
            found.append((("models", name), f"names that begin with {BUILT_IN_MODELS} are built in; choose another"))
    return found


def _routes_to_nowhere(content: dict[str, Any], known_providers: frozenset[str]) -> list[Problem]:
    known = known_providers | _table(content, "providers").keys()
    found: list[Problem] = []
    for model, entry in _table(content, "models").items():
        routes = entry.get("routes") if isinstance(entry, dict) else None
        for index, route in enumerate(routes if isinstance(routes, list) else ()):
            provider = route.get("provider") if isinstance(route, dict) else None
            if isinstance(provider, str) and provider not in known:
                found.append((("models", model, "routes", index, "provider"), f"there is no provider {provider!r}"))
    return found


def _verified_elsewhere(content: dict[str, Any]) -> list[Problem]:
    return [
        (
            ("plans", name, "requires_discord"),
            "only the plan free can be for verified members: others are given or paid",
        )
        for name, plan in _table(content, "plans").items()
        if name != FREE and isinstance(plan, dict) and plan.get("requires_discord") is True
    ]


def _table(content: dict[str, Any], name: str) -> dict[str, Any]:
    table = content.get(name)
    return table if isinstance(table, dict) else {}


def _substituted(value: Any, path: Path, environment: Mapping[str, str], found: list[Problem]) -> Any:
    if isinstance(value, dict):
        return {key: _substituted(inner, (*path, key), environment, found) for key, inner in value.items()}
    if not isinstance(value, str):
        return value

    def replacement(match: re.Match[str]) -> str:
        known = environment.get(match[1], "")
        if not known:
            found.append((path, f"the environment variable {match[1]} is not set"))
        return known

    return _VARIABLE.sub(replacement, value)


def _problem(detail: Any) -> Problem:
    path: Path = tuple(part for part in detail["loc"] if part != "[key]")
    if detail["type"] == "extra_forbidden":
        return path, "there is no such setting"
    if detail["type"] == "missing":
        return path, "is missing"
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] != "value_error":
        message = message[:1].lower() + message[1:]
    return path, message


def _syntax_problem(text: str, name: str, error: Exception) -> str:
    message, line = str(error), text.count("\n") + 1
    if isinstance(error, RecursionError):
        message = "nested too deeply"
    elif not isinstance(error, tomllib.TOMLDecodeError):  # Python reads no number this long
        number = max(_DIGITS.finditer(text), key=lambda digits: len(digits[0]))
        message, line = "a number has too many digits", text.count("\n", 0, number.start()) + 1
    elif position := _POSITION.search(message):
        message, line = message[: position.start()], int(position[1] or line)
    return f"{name}:{line}: not valid TOML: {message}"


def _written(path: Path) -> str:
    """``path`` as one would write it in TOML."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += ("." if text else "") + (part if re.fullmatch(r"[A-Za-z0-9_-]+", part) else f'"{part}"')
    return text
