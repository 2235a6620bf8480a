"""``naxios serve``."""

import json

import click

from naxios.cli.output import json_option, show


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535), help="0 chooses a free one.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Processes.")
@json_option
def serve(host: str, port: int, workers: int, as_json: bool) -> None:
    """Start Naxios: gateway, website, dashboard and background work in one process."""
    from naxios.errors import Refused
    from naxios.server.migrate import open_database

    if workers > 1:
        raise Refused(
            "More than one worker needs limits in Redis and a PostgreSQL database, "
            "which this version does not have yet: it serves from one process. Leave --workers out."
        )
    config = open_database()
    if config.redis_url:
        click.echo(
            "naxios: NAXIOS_REDIS_URL is not used by this version: limits live in this process, one for each database.",
            err=True,
        )

    from naxios import __version__
    from naxios.accounts.links import first_staff_path
    from naxios.accounts.queries import staff_exists

    path = None if staff_exists() else first_staff_path()

    def announce(url: str) -> None:
        link = url + path if path else None
        if as_json:
            show({"url": url, "home": str(config.home), "first_staff_link": link}, as_json=True)
            return
        click.echo(f"Naxios {__version__} is running at {url}")
        click.echo(f"Its data is in {config.home}. Stop it with Ctrl+C.")
        if link:
            click.echo("\nThere is no staff account yet. This link makes the first one; it works once, for 24 hours:")
            click.echo(f"  {link}\n")

    from naxios.mail.queries import Announcement
    from naxios.server.run import serve as run

    def tell(mail: Announcement) -> None:
        if as_json:
            click.echo(json.dumps({"mail": mail._asdict()}, ensure_ascii=False))
        else:
            click.echo(f"Mail to {mail.to}: {mail.subject}: {mail.link}")

    run(config, host=host, port=port, announce=announce, tell=tell)
