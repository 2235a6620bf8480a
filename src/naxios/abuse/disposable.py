"""Mail domains that give out addresses to throw away, after the list that the package of that name keeps."""

from disposable_email_domains import blocklist


def domain_of(email: str) -> str:
    """The domain on the list that ``email`` is at, itself or by a domain above it; empty if it is at none."""
    parts = email.rpartition("@")[2].lower().rstrip(".").split(".")
    domains = (".".join(parts[start:]) for start in range(len(parts) - 1))
    return next((domain for domain in domains if domain in blocklist), "")
