"""What Discord's part stores, declared; allauth's tables behind it included."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention, configuration


def _account(purpose: str, *, export: bool = True, category: Category = Category.ACCOUNT) -> Declaration:
    return Declaration(category, purpose, Retention.ACCOUNT_LIFE, export, Deletion.ERASE)


def _claim(purpose: str) -> Declaration:
    return Declaration(Category.ACCOUNT, purpose, Retention.FREE_TIER, False, Deletion.UNLINK)


def _credential(purpose: str) -> Declaration:
    return _account(purpose, export=False, category=Category.CREDENTIAL)


def _outage(purpose: str) -> Declaration:
    return Declaration(Category.TECHNICAL, purpose, Retention.THIRTY_DAYS, False, Deletion.KEEP)


_UNUSED_APP = configuration("kept by the library, empty here: the application comes from the environment")
_UNUSED_TOKEN = _credential("kept by the library, empty here")

MODELS: dict[str, Fields] = {
    "discord.Identity": {
        "id": _account("names the row", export=False),
        "user": _account("whose Discord account it is", export=False),
        "discord_id": _account("recognises the Discord account"),
        "username": _account("finds the account by its name on Discord"),
        "global_name": _account("what Discord shows as the name"),
        "avatar": _account("finds the picture on Discord"),
        "scopes": _account("what the person let us ask Discord"),
        "linked_at": _account("when it was connected"),
        "verification": _account("whether it is a verified member of the Discord server"),
        "reason": _account("why it is not"),
        "decided_at": _account("since when that is so"),
        "checked_at": _account("when Discord last told"),
        "failing_since": _account("since when Discord does not tell"),
        "next_check_at": _account("when to ask Discord again", export=False),
    },
    "discord.Membership": {
        "id": _account("names the row", export=False),
        "identity": _account("whose membership it is", export=False),
        "guild_id": _account("of which Discord server"),
        "presence": _account("member, pending or left"),
        "roles": _account("whether the role that verification asks for is there"),
        "changed_at": _account("since when"),
    },
    "discord.StoredTokens": {
        "id": _credential("names the row"),
        "identity": _credential("who let us ask Discord"),
        "encrypted": _credential("asks Discord about the membership, where there is no bot"),
        "expires_at": _credential("when they have to be renewed"),
        "busy_until": _credential("lets one process at a time renew them"),
    },
    "discord.Problem": {
        "id": configuration("names the problem"),
        "kind": configuration("what is wrong with the connection to Discord"),
        "guild_id": configuration("with which Discord server"),
        "since": configuration("since when"),
        "seen_at": configuration("when it was last so"),
    },
    "discord.FreeTierClaim": {
        "id": _claim("names the claim"),
        "digest": _claim("keeps a Discord account from having a second free tier: a keyed hash of its id"),
        "user": _claim("which account has the free tier"),
        "claimed_at": _claim("when it was first had"),
        "effective_from": _claim("from when it counts, once it was moved"),
    },
    "discord.BotState": {
        name: configuration("shows staff how the bot fares")
        for name in (
            "id",
            "state",
            "since",
            "seen_at",
            "process",
            "name",
            "guilds",
            "last_event",
            "last_event_at",
            "last_error",
            "last_error_at",
        )
    },
    "discord.OutagePost": {
        "id": _outage("names the post"),
        "kind": _outage("provider or model"),
        "name": _outage("which one did not work"),
        "affected": _outage("which models a provider serves"),
        "began_at": _outage("since when"),
        "ended_at": _outage("until when"),
        "end": _outage("how it ended"),
        "channel_id": _outage("where it was told"),
        "message_id": _outage("which message to change once it is over"),
        "is_settled": _outage("nothing is left to tell"),
    },
    "socialaccount.SocialAccount": {
        "id": _account("names the row", export=False),
        "user": _account("whose account is signed in to", export=False),
        "provider": _account("always Discord", export=False),
        "uid": _account("recognises the Discord account at the sign-in", export=False),
        "last_login": _account("when somebody last signed in with it"),
        "date_joined": _account("when it was connected", export=False),
        "extra_data": _account("kept by the library, empty here", export=False),
    },
    "socialaccount.SocialApp": dict.fromkeys(
        ("id", "provider", "provider_id", "name", "client_id", "secret", "key", "settings"), _UNUSED_APP
    ),
    "socialaccount.SocialToken": dict.fromkeys(
        ("id", "app", "account", "token", "token_secret", "expires_at"), _UNUSED_TOKEN
    ),
}
