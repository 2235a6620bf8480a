"""What the bot says, word by word. Facts come in, a message goes out; nothing is asked here."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from discord.utils import escape_markdown

from naxios.discord.bot.outages import End
from naxios.discord.words import Told
from naxios.status.evidence import Kind
from naxios.status.queries import Availability

LONGEST = 2000
"""Characters of a message. Source: Discord's documentation of Create Message."""

MOST_LINES = 12

NOT_NOW = "Naxios cannot answer that at the moment. Try again in a minute."
SUSPENDED = "Your account is suspended. Contact the operator."
UNKNOWN_COMMAND = "There is no such command here. Type / to see those that there are; they may just have changed."


def clipped(text: str) -> str:
    """``text``, short enough for Discord."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def too_often(seconds: float) -> str:
    """Somebody gives commands faster than they may."""
    return f"That was quick. Try again in {max(1, round(seconds))} seconds."


def not_connected(site: str, *, link: str) -> str:
    """Nobody here has connected this Discord account."""
    return (
        f"Your Discord account is not connected to an account at {escape_markdown(site)} yet. "
        f"Sign up or sign in, and connect it: {_link(link)}"
    )


def verified(since: datetime, *, plan: str, in_the_way: str, link: str) -> str:
    """``in_the_way`` is why keys do not work in spite of it, if they do not."""
    first = f"You are verified, since {_moment(since)}. Your plan is **{escape_markdown(plan)}**."
    return "\n".join([first, *([in_the_way] if in_the_way else []), _link(link)])


def not_verified(told: Told, *, link: str, invite: str) -> str:
    """Why somebody is not verified, and what to do."""
    lines = [f"You are not verified. {told.what}", told.next, _link(link)]
    if invite:
        lines.append(f"The invitation to the server: {_link(invite)}")
    return "\n".join(lines)


def lapsed(plan: str) -> str:
    """A plan has ended that refuses requests afterwards."""
    return f"Your plan **{escape_markdown(plan)}** has ended. The dashboard says what you can do now."


def stopped(in_the_way: str, *, link: str) -> str:
    """Keys do not work."""
    return f"Your keys do not work at the moment. {in_the_way}\n{_link(link)}"


def used(
    tokens: int,
    *,
    plan: str,
    link: str,
    limit: int | None = None,
    left: int | None = None,
    resets_at: datetime | None = None,
) -> str:
    """The tokens of the present day."""
    lines = [f"Today you have used **{tokens:,}** standard tokens. Your plan is **{escape_markdown(plan)}**."]
    if limit is None or left is None or resets_at is None:
        lines.append("It has no limit per day.")
    else:
        lines.append(f"**{left:,}** of {limit:,} are left. The day starts again {_moment(resets_at, relative=True)}.")
    return "\n".join([*lines, _link(link)])


def keys(count: int, *, link: str) -> str:
    """Where keys are."""
    have = {0: "You have no working API key yet.", 1: "You have one working API key."}
    return (
        f"{have.get(count, f'You have {count} working API keys.')} Keys are made in the dashboard, which shows a "
        f"secret once. Nobody asks for it on Discord: never send it to anybody.\n{_link(link)}"
    )


def redeemed(gave: str, *, link: str) -> str:
    """A code has been redeemed, and gave something."""
    return f"The code is redeemed. {gave}\n{_link(link)}"


def contact(address: str, *, link: str) -> str:
    """How to reach people. Nothing that is written to the bot reaches anybody."""
    if not address:
        return f"Tickets are not taken on Discord. How to reach us is on the contact page: {_link(link)}"
    return (
        f"Tickets are not taken on Discord. Write to **{escape_markdown(address)}**, and never send a key's secret "
        f"along: {_link(link)}"
    )


def availability(
    providers: Mapping[str, Availability],
    models: Mapping[str, Availability],
    since: Mapping[tuple[str, str], datetime],
    *,
    link: str,
) -> str:
    """What works and what does not; ``since`` when, for what has been told as an outage."""
    known = {*providers.values(), *models.values()}
    if known <= {Availability.UNKNOWN}:
        return f"How models fare cannot be seen from here at the moment: {_link(link)}"
    lines = [
        *_not_well("Provider", Kind.PROVIDER, providers, since),
        *_not_well("Model", Kind.MODEL, models, since),
    ]
    if not lines:
        return (
            f"All is well: {_count(len(models), 'model')} and {_count(len(providers), 'provider')} work. {_link(link)}"
        )
    more = len(lines) - MOST_LINES
    shown = [*lines[:MOST_LINES], *([f"… and {more} more"] if more > 0 else [])]
    return "\n".join([*shown, _link(link)])


def outage_title(kind: Kind, name: str, end: End | None) -> str:
    """The first line of what the status channel is told."""
    what = f"{kind.capitalize()} {escape_markdown(name)}"
    match end:
        case None:
            return f"{what} does not work"
        case End.WORKS:
            return f"{what} works again"
        case End.QUIET:
            return f"{what} is not seen failing any more"
        case End.REMOVED:
            return f"{what} is not offered any more"


def outage_text(
    kind: Kind, affected: Sequence[str], began_at: datetime, ended_at: datetime | None, end: End | None
) -> str:
    """What is known about an outage."""
    if ended_at is None:
        lines = [f"Requests have failed since {_moment(began_at)}."]
    else:
        lines = [f"It did not work from {_moment(began_at)} to {_moment(ended_at)}."]
    if end is End.QUIET:
        lines.append("Nobody has asked for it lately, so nobody has seen it work either.")
    if kind is Kind.PROVIDER and affected:
        lines.append(f"Models that it serves: {_listed(affected)}.")
    return "\n".join(lines)


def _not_well(
    kind_shown: str, kind: Kind, states: Mapping[str, Availability], since: Mapping[tuple[str, str], datetime]
) -> list[str]:
    words = {Availability.DOWN: "does not work", Availability.DEGRADED: "works in part"}
    lines = []
    for name, availability in states.items():
        if availability in words:
            began = since.get((kind, name))
            began_shown = f", since {_moment(began)}" if began else ""
            lines.append(f"{kind_shown} **{escape_markdown(name)}** {words[availability]}{began_shown}")
    return lines


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(escape_markdown(name) for name in names[:MOST_LINES])
    more = len(names) - MOST_LINES
    return f"{shown} and {more} more" if more > 0 else shown


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _link(url: str) -> str:
    return f"<{url}>"  # in angle brackets, so that Discord does not fetch and preview it


def _moment(at: datetime, *, relative: bool = False) -> str:
    """Discord shows it in the reader's own time."""
    return f"<t:{int(at.timestamp())}:{'R' if relative else 'f'}>"
