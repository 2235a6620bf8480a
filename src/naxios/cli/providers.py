"""``naxios providers``: list, detect and test."""

import click

from naxios.cli.output import json_option, show


@click.group()
def providers() -> None:
    """The third parties that serve models."""


@providers.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List saved providers; of credentials only the last four characters are shown."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.catalogue import queries

    rows = [
        {
            "provider": provider.name,
            "kind": provider.kind,
            "base_url": provider.base_url,
            "credential": f"…{provider.credential_last_four}" if provider.credential_encrypted else None,
            "timeout_seconds": provider.timeout_seconds,
            "max_concurrency": provider.max_concurrency,
            "models": sorted({route.model.name for route in provider.routes.all()}),
        }
        for provider in queries.listed_providers()
    ]
    show(rows, as_json=as_json)


@providers.command(epilog="`naxios providers detect > catalogue.toml`, then `naxios apply catalogue.toml`.")
@json_option
def detect(as_json: bool) -> None:
    """Look for providers in the environment and on this machine, and print a catalogue file that uses them.

    Looked for: OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY, OPENROUTER_API_KEY, and an Ollama (OLLAMA_HOST).
    """
    import os

    from naxios.catalogue import detection
    from naxios.config import load
    from naxios.server.providers import ask_models

    load()  # a .env counts as environment
    found = [(candidate, ask_models(candidate.provider(os.environ))) for candidate in detection.candidates(os.environ)]
    offered = [(candidate, list(asked.models)) for candidate, asked in found if asked.works or candidate.variable]
    if as_json:
        show(
            [
                {"provider": candidate.name, "base_url": candidate.base_url, "api_key": candidate.variable, "models": m}
                for candidate, m in offered
            ],
            as_json=True,
        )
        return
    for candidate, asked in found:
        if asked.works or candidate.variable:
            click.echo(f"{candidate.name}: {asked.outcome}", err=True)
    if not offered:
        click.echo(
            "Nothing found. Set OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY or OPENROUTER_API_KEY, or start "
            "Ollama; any other OpenAI-compatible server can be named in a file for `naxios apply`.",
            err=True,
        )
        return
    click.echo(detection.catalogue_file(offered), nl=False)


@providers.command()
@click.argument("name")
@json_option
def test(name: str, as_json: bool) -> None:
    """Ask a saved provider for its models, with the saved credential. Exits 1 if that does not work."""
    from naxios.server.migrate import open_database

    open_database()
    from naxios.catalogue import queries
    from naxios.domain.catalogue import ProviderKind
    from naxios.errors import Refused
    from naxios.server.providers import ask_models

    provider = queries.provider_snapshot(name)
    if provider.kind is ProviderKind.ECHO:
        raise Refused(f"{name} is built in and has nothing to test; it serves naxios/echo as a demonstration.")
    asked = ask_models(provider)
    if not asked.works:
        raise Refused(f"{name} does not work: {asked.outcome}")
    result = {"provider": name, "outcome": asked.outcome, "milliseconds": asked.milliseconds, "models": asked.models}
    show(result if as_json else {**result, "models": len(asked.models)}, as_json=as_json)
