"""Providers that the environment or this machine offers, and a catalogue file that uses them."""

import json
from collections.abc import Mapping
from urllib.parse import urlsplit

import msgspec

from naxios.catalogue.file import is_model_name
from naxios.domain import keys
from naxios.domain.catalogue import Provider, ProviderKind, Secret
from naxios.errors import Refused

_KEYS = (
    ("openai", "OPENAI_API_KEY", "https://api.openai.com/v1"),
    ("anthropic", "ANTHROPIC_API_KEY", "https://api.anthropic.com/v1"),
    ("gemini", "GEMINI_API_KEY", "https://generativelanguage.googleapis.com/v1beta/openai"),
    ("openrouter", "OPENROUTER_API_KEY", "https://openrouter.ai/api/v1"),
)
OLLAMA_PORT = 11434


class Candidate(msgspec.Struct, frozen=True):
    """A provider that may be there. ``variable`` names the environment variable with its key, if it needs one."""

    name: str
    base_url: str
    variable: str = ""
    headers: tuple[tuple[str, str], ...] = ()

    def provider(self, environment: Mapping[str, str]) -> Provider:
        """As something that can be asked."""
        key = environment.get(self.variable, "")
        headers = tuple((name, Secret(value.replace(f"${{{self.variable}}}", key))) for name, value in self.headers)
        return Provider(self.name, ProviderKind.OPENAI, self.base_url, Secret(key), headers=headers)


def candidates(environment: Mapping[str, str]) -> list[Candidate]:
    """Providers whose key is set, and an Ollama, which may or may not run.

    A key of Naxios does not count: it is there because its owner asks this server, which must not come to ask itself.

    Raises
    ------
    Refused
        ``OLLAMA_HOST`` is no address.
    """
    found = []
    for name, variable, base_url in _KEYS:
        key = environment.get(variable, "")
        if key and not keys.is_well_formed(key):
            if name == "openai":
                base_url = (environment.get("OPENAI_BASE_URL") or base_url).rstrip("/")
            headers: tuple[tuple[str, str], ...] = ()
            if name == "anthropic":  # its list of models wants its own headers
                headers = (("x-api-key", f"${{{variable}}}"), ("anthropic-version", "2023-06-01"))
            found.append(Candidate(name, base_url, variable, headers))
    found.append(Candidate("ollama", _ollama(environment.get("OLLAMA_HOST", ""))))
    return found


def catalogue_file(offered: list[tuple[Candidate, list[str]]]) -> str:
    """TOML for ``naxios apply``: each candidate with its models. A name that two have gets two routes."""
    lines = ["# Made by `naxios providers detect`. Keep what you want to offer, then: naxios apply THIS-FILE"]
    routes: dict[str, list[str]] = {}
    for candidate, models in offered:
        lines += ["", f"[providers.{candidate.name}]", 'kind = "openai"', f"base_url = {_string(candidate.base_url)}"]
        if candidate.variable:
            lines.append(f"api_key = {_string('${' + candidate.variable + '}')}")
        if candidate.headers:
            inner = ", ".join(f"{name} = {_string(value)}" for name, value in candidate.headers)
            lines.append(f"headers = {{ {inner} }}")
        if not models:
            lines += ["", "# It did not list its models; name those that you want to offer, for example:"]
            lines += ['# [models."MODEL"]', f'# routes = [ {{ provider = "{candidate.name}", model = "MODEL" }} ]']
        for model in dict.fromkeys(models):
            if is_model_name(model):  # another one would keep the whole file from being applied
                routes.setdefault(model, []).append(
                    f'{{ provider = "{candidate.name}", model = {_string(model)} }}',
                )
    for model, targets in routes.items():
        lines += ["", f"[models.{_string(model)}]", f"routes = [ {', '.join(targets)} ]"]
    return "\n".join(lines) + "\n"


def _ollama(host: str) -> str:
    """Where an Ollama that listens on ``host`` is asked; ``host`` may lack parts, or mean every address there is.

    Raises
    ------
    Refused
        It is no address.
    """
    try:
        parts = urlsplit(host if "://" in host else f"http://{host}")
        name, port = parts.hostname or "127.0.0.1", parts.port or OLLAMA_PORT
    except ValueError:
        raise Refused(f"OLLAMA_HOST is an address such as 127.0.0.1:{OLLAMA_PORT}, not {host!r}.") from None
    if name in ("0.0.0.0", "::"):  # noqa: S104 - not listened on, but turned into an address that can be asked
        name = "127.0.0.1"
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}:{port}/v1"


def _string(text: str) -> str:
    return json.dumps(text)  # a basic string of TOML escapes as JSON does
