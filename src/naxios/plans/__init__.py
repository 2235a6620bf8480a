"""Plans (named sets of limits) and entitlements (why an account has a plan, from when to when)."""
