"""The command line: one file a group of verbs; each verb parses, calls and prints, and holds no rule."""

import os
from typing import Any, NoReturn

import click

from naxios import __version__
from naxios.cli.apply import apply
from naxios.cli.billing import billing
from naxios.cli.bot import bot
from naxios.cli.codes import code
from naxios.cli.doctor import doctor
from naxios.cli.keys import key
from naxios.cli.models import models
from naxios.cli.privacy import privacy
from naxios.cli.providers import providers
from naxios.cli.serve import serve
from naxios.cli.usage import usage
from naxios.cli.users import user


class _Naxios(click.Group):
    """Turns a refusal into one line on standard error and exit 1."""

    def invoke(self, ctx: click.Context) -> Any:
        from naxios.config import ConfigError
        from naxios.errors import Refused

        try:
            return super().invoke(ctx)
        except (Refused, ConfigError) as error:
            _refuse(ctx, str(error))
        except BrokenPipeError:
            raise  # whoever reads the output has had enough; click ends quietly
        except OSError as error:
            _refuse(ctx, ": ".join(str(part) for part in (error.filename, error.strerror or error) if part))
        except Exception as error:
            from django.db import OperationalError

            if not isinstance(error, OperationalError):
                raise
            _refuse(ctx, f"The database cannot be used: {str(error).splitlines()[0]}")


def _refuse(ctx: click.Context, why: str) -> NoReturn:
    click.echo(f"naxios: {why}", err=True)
    ctx.exit(1)


@click.group(cls=_Naxios, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(__version__, message="%(version)s")
def cli() -> None:
    """Naxios: a complete, self-hostable LLM API service.

    `naxios serve` starts it. Settings come from the environment (NAXIOS_…) and a .env in the working directory.
    """


for _verb in (serve, apply, providers, models, user, key, code, billing, usage, privacy, doctor, bot):
    cli.add_command(_verb)


def main() -> None:
    """The `naxios` command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "naxios.settings")
    cli(prog_name="naxios")
