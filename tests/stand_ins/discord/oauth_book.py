"""Who granted what to whom: codes, tokens and consents."""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field

from tests.stand_ins.discord.errors import OAuthError
from tests.stand_ins.discord.state import Application, Clock, User

CODE_SECONDS = 100
ACCESS_TOKEN_SECONDS = 604_800
SCOPES = {"identify", "email", "guilds", "guilds.members.read", "guilds.join", "connections", "openid"}


@dataclass
class Code:
    text: str
    application: Application
    user: User
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str | None
    expires_at: float


@dataclass
class TokenPair:
    access_token: str
    refresh_token: str
    application: Application
    user: User
    scopes: frozenset[str]
    expires_at: float


@dataclass
class OAuthBook:
    """``consents`` says what each user granted each application; ``pairs`` holds the tokens in force."""

    clock: Clock
    codes: dict[str, Code] = field(default_factory=dict)
    pairs: list[TokenPair] = field(default_factory=list)
    consents: dict[tuple[int, int], frozenset[str]] = field(default_factory=dict)

    def granted(self, application: Application, user: User) -> frozenset[str]:
        return self.consents.get((application.id, user.id), frozenset())

    def grant(
        self, application: Application, user: User, scopes: frozenset[str], redirect_uri: str, challenge: str | None
    ) -> Code:
        """The user's consent, and the code that tells the application of it."""
        self.consents[application.id, user.id] = self.granted(application, user) | scopes
        expires_at = self.clock.now() + CODE_SECONDS
        code = Code(_random(), application, user, scopes, redirect_uri, challenge, expires_at)
        self.codes[code.text] = code
        return code

    def exchange(self, application: Application, text: str, redirect_uri: str, verifier: str) -> TokenPair:
        code = self.codes.get(text)
        if code is None or code.application is not application or code.expires_at < self.clock.now():
            raise OAuthError(400, "invalid_grant", 'Invalid "code" in request.')
        if code.redirect_uri != redirect_uri:
            raise OAuthError(400, "invalid_grant", 'Invalid "redirect_uri" in request.')
        if code.challenge is not None and not verifier:
            raise OAuthError(400, "invalid_request", 'Missing "code_verifier"')
        if code.challenge is not None and _challenge(verifier) != code.challenge:
            raise OAuthError(400, "invalid_grant", 'Invalid "code_verifier" in request.')
        del self.codes[text]
        return self.issue(application, code.user, code.scopes)

    def refresh(self, application: Application, refresh_token: str) -> TokenPair:
        """A new pair for the old one, of which both tokens end."""
        for pair in self.pairs:
            if pair.refresh_token == refresh_token and pair.application is application:
                self.pairs.remove(pair)
                return self.issue(application, pair.user, pair.scopes)
        raise OAuthError(400, "invalid_grant")

    def issue(self, application: Application, user: User, scopes: frozenset[str]) -> TokenPair:
        expires_at = self.clock.now() + ACCESS_TOKEN_SECONDS
        pair = TokenPair(_random(), _random(), application, user, scopes, expires_at)
        self.pairs.append(pair)
        return pair

    def revoke(self, application: Application, token: str) -> None:
        """End everything that belongs to the token's authorization, as Discord does for either kind of token."""
        for pair in self.pairs:
            if pair.application is application and token in (pair.access_token, pair.refresh_token):
                self.deauthorize(application, pair.user)
                return

    def deauthorize(self, application: Application, user: User) -> None:
        """What a user does under "Authorized Apps"."""
        self.consents.pop((application.id, user.id), None)
        kept = [pair for pair in self.pairs if not (pair.application is application and pair.user is user)]
        self.pairs[:] = kept

    def pair_of_access_token(self, access_token: str) -> TokenPair | None:
        for pair in self.pairs:
            if pair.access_token == access_token and pair.expires_at > self.clock.now():
                return pair
        return None


def _random() -> str:
    return secrets.token_urlsafe(24)[:30]


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
