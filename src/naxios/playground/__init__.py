"""The playground: a chat in the browser on one of the account's own keys; nothing of it is stored."""
