"""What can be done with the catalogue: bring it to what a file declares, in one transaction."""

import ipaddress
import json
import socket
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import transaction

from naxios import encryption
from naxios.abuse import services as abuse
from naxios.abuse.policy import Policy
from naxios.billing import queries as billing
from naxios.billing import services as billing_services
from naxios.catalogue import costs, queries
from naxios.catalogue.file import (
    BUILT_IN_MODELS,
    BUILT_IN_PROVIDER,
    Declared,
    ModelEntry,
    PlanEntry,
    ProviderEntry,
    TokenPackEntry,
)
from naxios.catalogue.models import Model, Provider, Route
from naxios.domain.addresses import Reach, is_reachable
from naxios.errors import Refused
from naxios.invalidation import services as invalidation
from naxios.plans import queries as plans
from naxios.plans import services as plan_services


class Change(NamedTuple):
    """One line of a plan: what is done (create, change, delete) to what, and each field's old and new value."""

    action: str
    kind: str
    name: str
    fields: dict[str, tuple[Any, Any]]


class Applied(NamedTuple):
    """What was or would be done, and what is there that the file does not mention."""

    changes: list[Change]
    not_in_file: list[str]


class _Undo(Exception):
    pass


def apply(*, declared: Declared, reach: Reach, prune: bool = False, dry_run: bool = False) -> Applied:
    """Make the catalogue what ``declared`` says. With ``prune``, what the file does not mention is deleted.

    The built-in model and its provider are never touched. A dry run does everything and takes it back.

    Raises
    ------
    Refused
        A provider's address may not be reached, or something to be deleted is in use; nothing is changed then.
    """
    applied = Applied([], [])
    for name, provider in declared.providers.items():
        _check_reach(name, provider.base_url, reach)  # asks a name server, for which the database must not wait
    try:
        with transaction.atomic():
            for name, provider in declared.providers.items():
                applied.changes.extend(_apply_provider(name, provider))
            for name, model in declared.models.items():
                applied.changes.extend(_apply_model(name, model))
            for name, plan in declared.plans.items():
                applied.changes.extend(_apply_plan(name, plan))
            if declared.abuse is not None:
                applied.changes.extend(_apply_abuse(declared.abuse))
            for name, pack in declared.token_packs.items():
                applied.changes.extend(_apply_pack(name, pack))
            _handle_unmentioned(declared, applied, prune)
            if applied.changes:
                invalidation.catalogue_changed()
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    return applied


def _apply_provider(name: str, entry: ProviderEntry) -> list[Change]:
    wanted = {
        "kind": entry.kind,
        "base_url": entry.base_url,
        "timeout_seconds": entry.timeout_seconds,
        "max_concurrency": entry.max_concurrency,
    }
    provider = Provider.objects.filter(name=name).first()
    created = provider is None
    provider = provider or Provider(name=name, timeout_seconds=0)
    fields = _assign(provider, wanted)
    credential, headers = queries.credentials(provider)
    if credential != entry.api_key:
        fields["api_key"] = (_last_four(credential), _last_four(entry.api_key))
        provider.credential_encrypted = encryption.encrypt(entry.api_key) if entry.api_key else b""
        provider.credential_last_four = entry.api_key[-4:] if len(entry.api_key) >= 12 else ""
    if headers != entry.headers:
        fields["headers"] = (sorted(headers or {}), sorted(entry.headers))
        provider.headers_encrypted = encryption.encrypt(json.dumps(entry.headers)) if entry.headers else b""
    return _save(provider, created, "provider", name, fields)


def _apply_model(name: str, entry: ModelEntry) -> list[Change]:
    wanted = {
        "display_name": entry.display_name,
        "description": entry.description,
        "capabilities": list(entry.capabilities),
        "context_tokens": entry.context_tokens,
        "max_output_tokens": entry.max_output_tokens,
        "multiplier_millionths": entry.multiplier,
    }
    model = Model.objects.filter(name=name).first()
    created = model is None
    model = model or Model(name=name)
    before = model.multiplier
    fields = _assign(model, wanted)
    if fields.pop("multiplier_millionths", None) or created:
        fields["multiplier"] = (before, model.multiplier)
    there = [] if created else [_route(route) for route in model.routes.select_related("provider")]
    routes = sorted((route.provider, route.model, route.priority, route.weight) for route in entry.routes)
    if sorted(there) != routes:
        fields["routes"] = ([_written(route) for route in sorted(there)], [_written(route) for route in routes])
    fields |= costs.put(model=name, entries=[(route.provider, route.cost) for route in entry.routes])
    changes = _save(model, created, "model", name, fields)
    if "routes" in fields:
        model.routes.all().delete()
        providers = {provider.name: provider for provider in Provider.objects.all()}
        for provider, upstream_model, priority, weight in routes:
            Route.objects.create(
                model=model,
                provider=providers[provider],
                upstream_model=upstream_model,
                priority=priority,
                weight=weight,
            )
    return changes


def _apply_plan(name: str, entry: PlanEntry) -> list[Change]:
    wanted = {**entry.model_dump(exclude={"models"}), "allowed_models": entry.models}
    created, fields = plan_services.put(name=name, fields=wanted)
    if not created and not fields:
        return []
    return [Change("create" if created else "change", "plan", name, fields)]


def _apply_abuse(policy: Policy) -> list[Change]:
    fields = abuse.put_policy(policy=policy)
    return [Change("change", "abuse", "settings", fields)] if fields else []


def _apply_pack(name: str, entry: TokenPackEntry) -> list[Change]:
    created, fields = billing_services.put_pack(name=name, fields=entry.model_dump())
    if not created and not fields:
        return []
    return [Change("create" if created else "change", "token pack", name, fields)]


def _handle_unmentioned(declared: Declared, applied: Applied, prune: bool) -> None:
    models = Model.objects.exclude(name__in=declared.models).exclude(name__startswith=BUILT_IN_MODELS)
    providers = Provider.objects.exclude(name__in=declared.providers).exclude(name=BUILT_IN_PROVIDER)
    other_plans = [plan.name for plan in plans.all_plans() if plan.name not in declared.plans and plan.name != "free"]
    unmentioned: list[tuple[str, str]] = [("model", model.name) for model in models.order_by("name")]
    unmentioned += [("provider", provider.name) for provider in providers.order_by("name")]
    unmentioned += [("plan", name) for name in other_plans]
    other_packs = [pack.name for pack in billing.packs() if pack.name not in declared.token_packs]
    unmentioned += [("token pack", name) for name in sorted(other_packs)]
    if not prune:
        applied.not_in_file.extend(f"{kind} {name}" for kind, name in unmentioned)
        return
    for name in other_plans:
        plan_services.delete(name=name)
    for name in other_packs:
        billing_services.delete_pack(name=name)
    models.delete()
    for provider in providers:
        used_by = provider.routes.values_list("model__name", flat=True).first()
        if used_by is not None:
            raise Refused(f"Provider {provider.name} is not in the file, but a route of {used_by} uses it.")
        provider.delete()
    applied.changes.extend(Change("delete", kind, name, {}) for kind, name in unmentioned)


def _assign(target: Provider | Model, wanted: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Set ``wanted`` on ``target``; returns what that changes."""
    changed = {name: (getattr(target, name), value) for name, value in wanted.items() if getattr(target, name) != value}
    for name, value in wanted.items():
        setattr(target, name, value)
    return changed


def _save(
    target: Provider | Model, created: bool, kind: str, name: str, fields: dict[str, tuple[Any, Any]]
) -> list[Change]:
    if not created and not fields:
        return []
    target.save()
    return [Change("create" if created else "change", kind, name, fields)]


def _check_reach(name: str, url: str, reach: Reach) -> None:
    """Refuse an address that could not be connected to anyway; what resolves later is judged at every connection."""
    host = urlsplit(url).hostname or ""
    try:
        addresses = [str(ipaddress.ip_address(host))]
    except ValueError:
        try:
            addresses = [str(found[4][0]) for found in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]
        except OSError:
            return
    if not any(is_reachable(address, reach) for address in addresses):
        raise Refused(
            f"Provider {name}: {host} is a private address. Set NAXIOS_ALLOW_PRIVATE_PROVIDERS=true to allow that."
        )


def _route(route: Route) -> tuple[str, str, int, int]:
    return route.provider.name, route.upstream_model, route.priority, route.weight


def _written(route: tuple[str, str, int, int]) -> str:
    provider, model, priority, weight = route
    return f"{provider}:{model} (priority {priority}, weight {weight})"


def _last_four(credential: str | None) -> str | None:
    if credential is None:
        return "unreadable"
    return f"…{credential[-4:]}" if len(credential) >= 12 else "…" if credential else None
