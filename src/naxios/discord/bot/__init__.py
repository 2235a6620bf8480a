"""The Discord bot: hears who joins and leaves, answers commands, and tells of outages. It reads no messages."""
