"""The catalogue file: what it may say, and that every mistake is named where it is, without a secret."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from naxios.catalogue.file import LARGEST_FILE, Declared, FileProblems, read
from tests.unit.json_values import json_values

CANARY = "sk-canary-41b8"

COMPLETE = """
[providers.openai]
kind = "openai"
base_url = "https://api.openai.com/v1/"
api_key = "${OPENAI_API_KEY}"
timeout_seconds = 600
max_concurrency = 50
headers = { "OpenAI-Organization" = "org-${ORGANIZATION}" }

[models."gpt-5-mini"]
display_name = "GPT-5 mini"
context_tokens = 400000
max_output_tokens = 128000
multiplier = "0.25"
routes = [ { provider = "openai", model = "gpt-5-mini", priority = 1, weight = 50 } ]

[plans.free]
tokens_per_day = 100000
requests_per_minute = 10
tokens_per_minute = 20000
concurrency = 2
models = ["*"]
requires_discord = true

[plans.pro]
display_name = "Pro"
price_minor = 1500
currency = "usd"
after_lapse = "refuse"
"""
ENVIRONMENT = {"OPENAI_API_KEY": CANARY, "ORGANIZATION": "7"}

PROVIDER = '[providers.p]\nkind = "openai"\nbase_url = "https://example.com/v1"\n'
MODEL = '[models.m]\nroutes = [ { provider = "p", model = "x" } ]\n'


def declared(text: str, environment: dict[str, str] | None = None, known: frozenset[str] = frozenset()) -> Declared:
    return read(text, "c.toml", ENVIRONMENT if environment is None else environment, known)


def problems(text: str, environment: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(FileProblems) as found:
        declared(text, environment)
    return found.value.problems


# What it may say


def test_everything_that_can_be_declared() -> None:
    read = declared(COMPLETE)

    provider = read.providers["openai"]
    assert provider.base_url == "https://api.openai.com/v1"
    assert provider.api_key == CANARY
    assert (provider.timeout_seconds, provider.max_concurrency) == (600, 50)
    assert provider.headers == {"OpenAI-Organization": "org-7"}
    model = read.models["gpt-5-mini"]
    assert (model.context_tokens, model.max_output_tokens, model.multiplier) == (400_000, 128_000, 250_000)
    assert [(route.provider, route.model, route.priority, route.weight) for route in model.routes] == [
        ("openai", "gpt-5-mini", 1, 50)
    ]
    free = read.plans["free"]
    assert (free.tokens_per_day, free.requests_per_minute, free.tokens_per_minute, free.concurrency) == (
        100_000,
        10,
        20_000,
        2,
    )
    assert (free.models, free.requires_discord) == (["*"], True)
    pro = read.plans["pro"]
    assert (pro.price_minor, pro.currency, pro.after_lapse) == (1_500, "usd", "refuse")


def test_what_is_left_out_has_its_default() -> None:
    read = declared(f"{PROVIDER}{MODEL}[plans.p]\n")

    assert (read.providers["p"].api_key, read.providers["p"].headers, read.providers["p"].timeout_seconds) == (
        "",
        {},
        600,
    )
    assert (read.models["m"].multiplier, read.models["m"].routes[0].weight) == (1_000_000, 100)
    plan = read.plans["p"]
    assert (plan.tokens_per_day, plan.models, plan.after_lapse) == (None, ["*"], "free")


@pytest.mark.parametrize("value", ['"never"', "true", '""'])
def test_what_follows_a_plans_end_is_one_of_two(value: str) -> None:
    [problem] = problems(f"[plans.p]\nafter_lapse = {value}\n")

    assert problem.startswith("c.toml:2: plans.p.after_lapse: ")


@pytest.mark.parametrize("text", ["", "\n# nothing yet\n", "[providers]\n[models]\n[plans]\n"])
def test_an_empty_file_declares_nothing(text: str) -> None:
    assert declared(text) == Declared()


def test_a_route_may_use_a_provider_that_is_there_already() -> None:
    assert declared(MODEL, known=frozenset({"p"})).models["m"].routes[0].provider == "p"


@pytest.mark.parametrize(("written", "millionths"), [('"0.25"', 250_000), ("0.25", 250_000), ("2", 2_000_000)])
def test_a_multiplier_may_be_written_as_text_or_number(written: str, millionths: int) -> None:
    assert declared(f"[models.m]\nmultiplier = {written}\n").models["m"].multiplier == millionths


def test_variables_are_replaced_in_providers_alone() -> None:
    read = declared(
        f'{PROVIDER}api_key = "a${{A}}b${{B_2}}"\n[models.m]\ndisplay_name = "${{A}}"\n', {"A": "1", "B_2": "2"}
    )

    assert read.providers["p"].api_key == "a1b2"
    assert read.models["m"].display_name == "${A}"


# Mistakes


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = 1", "1: a: there is no such setting"),
        ("providers = 1", "1: providers: input should be a valid dictionary"),
        (PROVIDER + "colour = 1", "4: providers.p.colour: there is no such setting"),
        ('[providers.p]\nkind = "openai"', "1: providers.p.base_url: is missing"),
        ('[providers.p]\nbase_url = "https://example.com"', "1: providers.p.kind: is missing"),
        (
            PROVIDER + "timeout_seconds = 0",
            "4: providers.p.timeout_seconds: input should be greater than or equal to 1",
        ),
        (PROVIDER + "timeout_seconds = 6.0", "4: providers.p.timeout_seconds: input should be a valid integer"),
        (PROVIDER + 'timeout_seconds = "6"', "4: providers.p.timeout_seconds: input should be a valid integer"),
        (PROVIDER + "api_key = 5", "4: providers.p.api_key: input should be a valid string"),
        (PROVIDER + "headers = { Host = 'x' }", "4: providers.p.headers: Host is set by Naxios itself"),
        (PROVIDER + "headers = { 'a b' = 'x' }", "4: providers.p.headers: 'a b' is not the name of a header"),
        (PROVIDER + 'headers = { a = "x\\ny" }', "4: providers.p.headers: the value of a has characters that a header"),
        (PROVIDER + 'api_key = "x\\ny"', "4: providers.p.api_key: it has characters that a header cannot have"),
        (PROVIDER + 'api_key = "schlüssel"', "4: providers.p.api_key: it has characters that a header cannot have"),
        (PROVIDER + MODEL + "multiplier = '-1'", "6: models.m.multiplier: a multiplier is between 0 and 10000, not -1"),
        (
            PROVIDER + MODEL + "multiplier = 'x'",
            "6: models.m.multiplier: 'x' is not a decimal number such as 1 or 0.25",
        ),
        (PROVIDER + MODEL + "multiplier = true", "6: models.m.multiplier: a multiplier is a decimal such as"),
        (PROVIDER + MODEL + "multiplier = []", "6: models.m.multiplier: a multiplier is a decimal such as"),
        (PROVIDER + MODEL + "context_tokens = 0", "6: models.m.context_tokens: input should be greater than"),
        (PROVIDER + MODEL.replace('"p"', '"q"'), "5: models.m.routes[0].provider: there is no provider 'q'"),
        (PROVIDER + MODEL.replace('"x"', '""'), "5: models.m.routes[0].model: string should have at least 1 character"),
        (PROVIDER + MODEL.replace('"x"', '"x", colour = 1'), "5: models.m.routes[0].colour: there is no such setting"),
        (
            PROVIDER + MODEL.replace("[ {", '[ { provider = "p", model = "x" }, {'),
            "5: models.m.routes: two routes lead to the same model of the same provider",
        ),
        ("[plans.p]\nmodels = []", "2: plans.p.models: list should have at least 1 item"),
        ("[plans.p]\nmodels = ['']", "2: plans.p.models[0]: string should have at least 1 character"),
        ("[plans.p]\ntokens_per_day = 0", "2: plans.p.tokens_per_day: input should be greater than or equal to 1"),
        ("[plans.p]\nprice_minor = 5", "1: plans.p: price_minor and currency go together"),
        ("[plans.p]\ncurrency = 'usd'", "1: plans.p: price_minor and currency go together"),
        ("[plans.p]\nprice_minor = 5\ncurrency = 'USD'", "1: plans.p: a currency is three lower-case letters"),
        ("[plans.naxios]", "1: plans.naxios: this is the built-in provider"),
        ("[providers.naxios]\nkind = 'openai'\nbase_url = 'https://a.example.com'", "1: providers.naxios: this is the"),
        ("[plans.'a b']", '1: plans."a b": this is not a name'),
        ("[models.'a b']", '1: models."a b": this is not a model\'s name'),
        ("[models.'naxios/x']", '1: models."naxios/x": names that begin with naxios/ are built in'),
    ],
)
def test_a_mistake_is_named_at_its_line(text: str, problem: str) -> None:
    assert [found[: len("c.toml:") + len(problem)] for found in problems(text)] == [f"c.toml:{problem}"]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com/v1",
        "ftp://example.com",
        "https://",
        "https:///v1",
        "file:///etc/passwd",
        "https://user:pass@example.com",
        "https://example.com/v1?key=1",
        "https://example.com/v1#part",
        "https://example.com:0/v1",
        "https://example.com:port/v1",
        "https://example.com:99999/v1",
        "https://[::1/v1",
        "https://[nonsense]/v1",
        "https://exa mple.com",
        "https://example.com/v1\\n",
    ],
)
def test_a_base_url_that_cannot_be_one_is_named_at_its_line(url: str) -> None:
    [problem] = problems(f'[providers.p]\nkind = "openai"\nbase_url = "{url}"\n')

    assert problem.startswith("c.toml:3: providers.p.base_url: ")


@pytest.mark.parametrize(
    "kind", ['"anthropic"', '"gemini"', '"azure-openai"', '"other"', "5", "[]", "{}", "true", "[{}]"]
)
def test_a_kind_that_is_not_spoken_is_named_at_its_line(kind: str) -> None:
    [problem] = problems(f'[providers.p]\nkind = {kind}\nbase_url = "https://example.com"\n')

    assert problem.startswith("c.toml:2: providers.p.kind: ")
    assert ("use kind = " in problem) == (kind in ('"anthropic"', '"gemini"', '"azure-openai"'))


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a =", 1),
        ("a = 1\nb = = 2", 2),
        ("a = 1\na = 2", 2),
        ("[a]\n[a]", 2),
        ('a = "open', 1),
        ("a = [1,\n2", 2),
        ("a = 1\n\n[b", 3),
        (f"a = 1\r\nb = 1_{'9' * 5_000}", 2),
        ("a = \x00", 1),
        ("a = " + "[" * 5_000, 1),
        (f"a = 1\nb = {'9' * 5_000}\nc = 2", 2),
        ("a = 2026-02-30", 1),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_no_toml_is_named_at_its_line(text: str, line: int) -> None:
    [problem] = problems(text)

    assert problem.startswith(f"c.toml:{line}: not valid TOML: ")
    assert "sys.set_int_max_str_digits" not in problem


def test_a_file_that_is_too_large_is_not_even_read() -> None:
    assert problems("#" * (LARGEST_FILE + 1)) == ["c.toml:1: the file is larger than 1024 KiB"]


def test_every_mistake_is_told_in_the_order_of_the_file() -> None:
    text = """
[providers.p]
kind = "openai"
base_url = "nowhere"
api_key = "${MISSING}"
colour = "blue"

[models."no!name"]
routes = [ { provider = "q", model = "x" }, { provider = "p" } ]

[models.m]
multiplier = "much"

[plans."no!name"]
[plans.p]
price_minor = 0
"""
    assert [re.match(r"c\.toml:(\d+): ([^ ]+):", problem).groups() for problem in problems(text)] == [  # type: ignore[union-attr]
        ("4", "providers.p.base_url"),
        ("5", "providers.p.api_key"),
        ("6", "providers.p.colour"),
        ("8", 'models."no!name"'),
        ("9", 'models."no!name".routes[0].provider'),
        ("9", 'models."no!name".routes[1].model'),
        ("12", "models.m.multiplier"),
        ("14", 'plans."no!name"'),
        ("16", "plans.p.price_minor"),
    ]


def test_a_variable_that_is_not_set_is_named() -> None:
    assert problems(PROVIDER + 'api_key = "${NOT_SET}"', {}) == [
        "c.toml:4: providers.p.api_key: the environment variable NOT_SET is not set"
    ]


# Secrets


@pytest.mark.parametrize(
    "mistake",
    [
        "colour = '${KEY}'",
        "timeout_seconds = '${KEY}'",
        "max_concurrency = '${KEY}'",
        "headers = '${KEY}'",
        "headers = { x = '${KEY}\\n' }".replace("'", '"'),
        "headers = { 'a b' = '${KEY}' }",
        "headers = { host = '${KEY}' }",
        "headers = { x = { y = '${KEY}' } }",
        'api_key = "${KEY}\\n"',
        "api_key = { value = '${KEY}' }",
        "[providers.q]\nkind = '${KEY}'\nbase_url = '${KEY}'",
        *(
            f"[providers.q]\nkind = 'openai'\nbase_url = '{url}'"
            for url in (
                "${KEY}",
                "https://${KEY}:x@example.com",
                "https://example.com:${KEY}",
                "https://[${KEY}]/",
                "https://example.com/?key=${KEY}",
                "https://example.com/#${KEY}",
                "${KEY}://example.com",
            )
        ),
    ],
)
def test_a_mistake_around_a_secret_does_not_tell_it(mistake: str) -> None:
    found = problems(f"{PROVIDER}{mistake}\n", {"KEY": CANARY})

    assert found
    assert CANARY not in str(found)


@pytest.mark.parametrize("length", [4_001, 100_000])
def test_a_secret_that_is_too_long_is_not_told_either(length: int) -> None:
    found = problems(f'{PROVIDER}api_key = "${{KEY}}"\n', {"KEY": CANARY * length})

    assert CANARY not in str(found)


def test_a_secret_does_not_show_itself_in_what_was_read() -> None:
    text = f'{PROVIDER}api_key = "${{KEY}}"\nheaders = {{ x = "${{KEY}}" }}\n'

    assert CANARY not in repr(declared(text, {"KEY": CANARY}))


# Whatever it says


@given(st.text())
def test_no_text_is_anything_but_a_declaration_or_problems(text: str) -> None:
    _read(text)


@given(st.lists(st.sampled_from(COMPLETE.splitlines()), max_size=30), st.randoms(use_true_random=False))
def test_lines_in_any_order_are_a_declaration_or_problems(lines: list[str], random: Any) -> None:
    random.shuffle(lines)
    _read("\n".join(lines))


FIELDS = st.sampled_from(
    ["kind", "base_url", "api_key", "headers", "models", "routes", "multiplier", "currency", "x y"]
)


@given(st.dictionaries(st.sampled_from(["providers", "models", "plans", "x"]), st.dictionaries(FIELDS, json_values())))
def test_values_of_any_kind_are_a_declaration_or_problems(content: dict[str, Any]) -> None:
    _read("\n".join(f"{_toml(name)} = {_toml(value)}" for name, value in content.items()))


def _read(text: str) -> None:
    try:
        declared(text)
    except FileProblems as found:
        assert found.problems
        assert all(re.match(r"c\.toml:[1-9]\d*: .+", problem, re.DOTALL) for problem in found.problems)
        assert all(int(problem.split(":")[1]) <= text.count("\n") + 1 for problem in found.problems)


def _toml(value: Any) -> str:
    """``value`` as an inline value; what TOML does not have becomes text."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(str(name))} = {_toml(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return repr(value)
    return '"' + "".join(f"\\U{ord(character):08x}" for character in str(value)) + '"'
