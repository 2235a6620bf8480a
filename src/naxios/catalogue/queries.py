"""What can be asked of the catalogue."""

import json

import structlog

from naxios import encryption
from naxios.catalogue.models import Model, Provider
from naxios.domain import catalogue as domain
from naxios.errors import Refused

log = structlog.get_logger(__name__)


def snapshot() -> domain.Catalogue:
    """Every model with its routes, as the gateway serves it."""
    providers = {provider.pk: _provider(provider) for provider in Provider.objects.all()}
    models = {}
    for model in listed_models():
        routes = tuple(
            domain.Route(provider, route.upstream_model, route.priority, route.weight)
            for route in model.routes.all()
            if (provider := providers.get(route.provider_id)) is not None  # one added meanwhile comes with its change
        )
        models[model.name] = domain.Model(
            name=model.name,
            display_name=model.display_name,
            multiplier=model.multiplier_millionths,
            created=int(model.created_at.timestamp()),
            routes=routes,
            context_tokens=model.context_tokens,
            max_output_tokens=model.max_output_tokens,
            demonstration=model.is_demonstration,
        )
    return domain.Catalogue(models)


def listed_models() -> list[Model]:
    """Models by name, with their routes and providers at hand."""
    return list(Model.objects.prefetch_related("routes__provider").order_by("name"))


def listed_providers() -> list[Provider]:
    """Providers by name, with their routes at hand."""
    return list(Provider.objects.prefetch_related("routes__model").order_by("name"))


def provider_snapshot(name: str) -> domain.Provider:
    """One provider with its credential.

    Raises
    ------
    Refused
        There is none, or its credential cannot be decrypted.
    """
    provider = Provider.objects.filter(name=name).first()
    if provider is None:
        names = ", ".join(Provider.objects.order_by("name").values_list("name", flat=True))
        raise Refused(f"There is no provider {name!r}. There are: {names}.")
    known = _provider(provider)
    if known is None:
        raise Refused(f"The credential of {name} was saved under another NAXIOS_SECRET_KEY. Apply the file again.")
    return known


def credentials(provider: Provider) -> tuple[str | None, dict[str, str] | None]:
    """A provider's credential and headers in clear; ``None`` for what cannot be decrypted."""
    try:
        headers = json.loads(encryption.decrypt(provider.headers_encrypted)) if provider.headers_encrypted else {}
        return encryption.decrypt(provider.credential_encrypted) if provider.credential_encrypted else "", headers
    except encryption.CannotDecrypt:
        return None, None


def _provider(provider: Provider) -> domain.Provider | None:
    credential, headers = credentials(provider)
    if credential is None or headers is None:
        log.error("a provider's credential cannot be decrypted: its routes are left out", provider=provider.name)
        return None
    return domain.Provider(
        name=provider.name,
        kind=domain.ProviderKind(provider.kind),
        base_url=provider.base_url,
        credential=domain.Secret(credential),
        timeout_seconds=provider.timeout_seconds,
        max_concurrency=provider.max_concurrency,
        headers=tuple((header, domain.Secret(value)) for header, value in headers.items()),
    )
