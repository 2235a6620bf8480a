"""A device with a fingerprint reader, as Chromium pretends one for tests."""

from playwright.sync_api import Page


class VirtualAuthenticator:
    """Stands beside ``page``. With ``verifies`` off it does not recognise its user's finger."""

    def __init__(self, page: Page, *, verifies: bool = True) -> None:
        self._session = page.context.new_cdp_session(page)
        self._session.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": verifies,
            "automaticPresenceSimulation": True,
        }
        self._id = self._session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def credentials(self) -> int:
        """How many passkeys it holds."""
        return len(self._session.send("WebAuthn.getCredentials", {"authenticatorId": self._id})["credentials"])
