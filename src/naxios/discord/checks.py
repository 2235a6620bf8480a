"""Whether people can sign in with Discord, and whether the bot sees the server whose members are verified."""

from naxios import config
from naxios.config import Config
from naxios.discord import rest
from naxios.discord.rest import Denial, Refusal, Unanswered
from naxios.domain.checks import Finding, Health

SUBJECT = "Discord"
_NEEDED = {
    "discord_client_id": "NAXIOS_DISCORD_CLIENT_ID=ID-OF-THE-APPLICATION",
    "discord_client_secret": "NAXIOS_DISCORD_CLIENT_SECRET=SECRET-OF-THE-APPLICATION",
    "discord_guild_id": "NAXIOS_DISCORD_GUILD_ID=ID-OF-YOUR-SERVER",
}
_BOT = "NAXIOS_DISCORD_BOT_TOKEN=TOKEN-OF-THE-APPLICATION'S-BOT"


def check() -> Finding:
    """Ask Discord about the application, and about every server through the bot."""
    loaded = config.load()
    missing = tuple(line for name, line in _NEEDED.items() if not getattr(loaded, name))
    if len(missing) == len(_NEEDED):
        text = "Nobody signs in with Discord, and the free plan asks for no verification. Three settings change that:"
        return Finding(SUBJECT, Health.NOT_CONFIGURED, text, missing)
    if missing:
        text = "Some of its settings are there, but not all, so it is not used. These are missing:"
        return Finding(SUBJECT, Health.NOT_CONFIGURED, text, missing)
    try:
        return _application(loaded) or _bot(loaded)
    except Unanswered as error:
        text = f"{error.why}. Verified members keep their standing meanwhile. Try again in a few minutes."
        return Finding(SUBJECT, Health.BROKEN, text)


def _application(loaded: Config) -> Finding | None:
    """What is wrong with the id and the secret, if something is."""
    try:
        # Nothing has this code. Who is not known is refused before Discord looks at it.
        rest.exchange(code="none", redirect_uri=f"{loaded.address}/accounts/discord/login/callback/", verifier="none")
    except Refusal as refusal:
        if refusal.denial is not Denial.GRANT:
            text = "Discord does not know this application by this secret. Correct the id and the secret:"
            wrong = (_NEEDED["discord_client_id"], _NEEDED["discord_client_secret"])
            return Finding(SUBJECT, Health.BROKEN, text, wrong)
    return None


def _bot(loaded: Config) -> Finding:
    if not loaded.discord_bot_token:
        text = "People can sign in and are verified when they do. A bot would notice at once who leaves the server:"
        return Finding(SUBJECT, Health.PARTLY, text, (_BOT,))
    names = []
    for guild_id in loaded.discord_guild_id:
        try:
            names.append(rest.guild(guild_id).name)
        except Refusal as refusal:
            if refusal.denial is Denial.TOKEN:
                return Finding(SUBJECT, Health.BROKEN, "Discord refuses the bot's token. Make a new one:", (_BOT,))
            text = f"The bot is not in the server {guild_id}, or there is no such server. Invite it, or correct the id:"
            return Finding(SUBJECT, Health.BROKEN, text, (_NEEDED["discord_guild_id"],))
    return Finding(SUBJECT, Health.WORKS, f"Sign-in works, and the bot is in {', '.join(names)}.")
