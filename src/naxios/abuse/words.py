"""What signs of misuse are called: a sentence with the facts for staff, and something general for the account's owner.

Owners are told which part of what they did it is about, never how much of it counts, and nothing of other accounts.
"""

from typing import NamedTuple

from naxios.abuse.models import Signal
from naxios.abuse.policy import Policy
from naxios.keys import queries as keys

Kind = Signal.Kind


class Told(NamedTuple):
    """One sign for staff: what was seen, and what else it may be."""

    what: str
    harmless: str


_HARMLESS = {
    Kind.SHARED_KEY: "A program that runs in many data centres, a mobile network, or a VPN that changes its exits.",
    Kind.SHARED_BROWSER: "A family, a class or a library with one computer.",
    Kind.DISPOSABLE_MAIL: "Somebody who keeps an address apart for every service.",
    Kind.YOUNG_DISCORD: "Somebody who came to Discord for this server.",
    Kind.NETWORK_BURST: "A class, a workshop or an office that starts together.",
    Kind.DEPARTURES: "Somebody who tidies up a long list of servers.",
    Kind.SHARED_NETWORK: "A university, an office, a mobile carrier or a VPN.",
    Kind.OVERALL_BURST: "The server was mentioned somewhere: everybody who came has it.",
}
_FOR_OWNERS = {
    Kind.SHARED_KEY: "from how many places one of its keys is used",
    Kind.SHARED_BROWSER: "how it is signed in to",
    Kind.SHARED_NETWORK: "how it is signed in to",
    Kind.DISPOSABLE_MAIL: "its e-mail address",
    Kind.YOUNG_DISCORD: "the Discord account that is connected to it",
    Kind.DEPARTURES: "the Discord account that is connected to it",
    Kind.NETWORK_BURST: "how it was made",
    Kind.OVERALL_BURST: "how it was made",
}


def for_staff(signal: Signal, policy: Policy) -> Told:
    """What ``signal`` says."""
    return Told(_sentence(signal, policy), _HARMLESS[Kind(signal.kind)])


def for_owner(signals: list[Signal]) -> str:
    """What ``signals`` are about, as a list in a sentence."""
    subjects = list(dict.fromkeys(_FOR_OWNERS[Kind(signal.kind)] for signal in signals))
    return ", and ".join(filter(None, (", ".join(subjects[:-1]), *subjects[-1:])))


def _sentence(signal: Signal, policy: Policy) -> str:
    amount = f"{signal.amount:,}"
    match Kind(signal.kind):
        case Kind.SHARED_KEY:
            return f"The key {_key(signal.subject)} was used from {amount} networks within an hour."
        case Kind.SHARED_BROWSER:
            return f"Signed in with a browser that {amount} accounts used within 30 days, this one among them."
        case Kind.DISPOSABLE_MAIL:
            return f"Its e-mail address is at {signal.subject}, which gives out addresses to throw away."
        case Kind.YOUNG_DISCORD:
            age = "less than a day" if signal.amount == 0 else "1 day" if signal.amount == 1 else f"{amount} days"
            return f"Its Discord account was {age} old when it was connected."
        case Kind.NETWORK_BURST:
            within = f"within {policy.burst_minutes} minutes"
            return f"{amount} accounts were made from one network {within}, this one among them."
        case Kind.DEPARTURES:
            return f"Left the Discord server {amount} time{'' if signal.amount == 1 else 's'} within 30 days."
        case Kind.SHARED_NETWORK:
            return f"Signed in from a network that {amount} accounts used within 30 days, this one among them."
        case Kind.OVERALL_BURST:
            return f"Made when there were {amount} sign-ups within {policy.burst_minutes} minutes."


def _key(subject: str) -> str:
    name = keys.names([int(subject)]).get(int(subject))
    return f"“{name}” (id {subject})" if name else f"with id {subject}"
