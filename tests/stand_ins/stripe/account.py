"""The account itself, its events, and the endpoints that it sends them to."""

from tests.stand_ins.stripe.call import Call, assign, found, merge_metadata
from tests.stand_ins.stripe.shapes import blank
from tests.stand_ins.stripe.store import Resource, filtered, page
from tests.stand_ins.stripe.webhooks import Webhooks
from tests.stand_ins.stripe.world import World


def retrieve(world: World, call: Call) -> Resource:
    return blank(
        "account",
        id="acct_1StandIn",
        business_profile={"name": "Stand-in", "support_email": None, "url": None},
        business_type="company",
        capabilities={"card_payments": "active", "transfers": "active"},
        charges_enabled=True,
        country="US",
        created=world.now(),
        default_currency="usd",
        details_submitted=True,
        email="owner@example.com",
        metadata={},
        payouts_enabled=True,
        settings={"dashboard": {"display_name": "Stand-in", "timezone": "Etc/UTC"}},
        type="standard",
    )


def list_events(world: World, call: Call) -> Resource:
    """The newest first, for 30 days."""
    oldest = world.now() - 30 * 24 * 3600
    events = [event for event in world.store.all("event") if event["created"] >= oldest]
    events = filtered(events, call.params, "type")
    if types := call.params.get("types"):
        events = [event for event in events if event["type"] in types]
    if "delivery_success" in call.params:
        events = [event for event in events if (event["pending_webhooks"] == 0) == call.params["delivery_success"]]
    return page(call.path, events, call.params)


def create_endpoint(webhooks: Webhooks, call: Call) -> Resource:
    params = call.params
    params.ignore("api_version")
    endpoint = webhooks.register(params["url"], events=params["enabled_events"])
    assign(endpoint.resource, params, "description")
    merge_metadata(endpoint.resource, params.get("metadata"))
    return {**endpoint.resource, "secret": endpoint.secret}


def update_endpoint(webhooks: Webhooks, world: World, call: Call) -> Resource:
    resource = found(world.store, "webhook_endpoint", call)
    assign(resource, call.params, "description", "enabled_events", "url")
    merge_metadata(resource, call.params.get("metadata"))
    if "disabled" in call.params:
        resource["status"] = "disabled" if call.params["disabled"] else "enabled"
    return resource


def delete_endpoint(webhooks: Webhooks, world: World, call: Call) -> Resource:
    resource = found(world.store, "webhook_endpoint", call)
    webhooks.endpoints[:] = [one for one in webhooks.endpoints if one.resource is not resource]
    world.store.remove(resource["id"])
    return {"id": resource["id"], "object": "webhook_endpoint", "deleted": True}


def list_endpoints(world: World, call: Call) -> Resource:
    return page(call.path, world.store.all("webhook_endpoint"), call.params)
