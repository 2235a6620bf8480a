"""What the catalogue stores, declared."""

from naxios.domain.inventory import Category, Declaration, Deletion, Fields, Retention, configuration

_CREDENTIAL = Declaration(
    Category.CREDENTIAL, "asking a provider; encrypted", Retention.UNTIL_CHANGED, False, Deletion.KEEP
)

MODELS: dict[str, Fields] = {
    "catalogue.Provider": {
        "id": configuration("names the provider"),
        "name": configuration("what the operator calls it"),
        "kind": configuration("how it is spoken to"),
        "base_url": configuration("where it is"),
        "credential_encrypted": _CREDENTIAL,
        "credential_last_four": configuration("tells credentials apart"),
        "headers_encrypted": _CREDENTIAL,
        "timeout_seconds": configuration("how long it may be silent"),
        "max_concurrency": configuration("how many requests it takes at once"),
    },
    "catalogue.Model": {
        "id": configuration("names the model"),
        "name": configuration("what API users ask for"),
        "display_name": configuration("what pages call it"),
        "description": configuration("what pages say of it"),
        "capabilities": configuration("what pages say that it can do"),
        "context_tokens": configuration("how much it reads at most"),
        "max_output_tokens": configuration("how much it writes at most"),
        "multiplier_millionths": configuration("standard tokens per token"),
        "created_at": configuration("since when it is offered"),
    },
    "catalogue.Route": {
        "id": configuration("names the route"),
        "model": configuration("which model it serves"),
        "provider": configuration("who serves it"),
        "upstream_model": configuration("what the provider calls the model"),
        "priority": configuration("which goes first"),
        "weight": configuration("how load is shared"),
    },
    "catalogue.RouteCost": {
        "id": configuration("names the price"),
        "model": configuration("of which model's tokens it is"),
        "provider": configuration("who asks it"),
        "since": configuration("from which day on it counts"),
        "input_millionths": configuration("what a million input tokens cost"),
        "cached_millionths": configuration("what a million cached input tokens cost"),
        "output_millionths": configuration("what a million output tokens cost"),
        "currency": configuration("in which currency"),
    },
}
