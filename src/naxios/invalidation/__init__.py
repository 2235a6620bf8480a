"""How a change in the database reaches every gateway process within a second: a numbered list of what changed."""
