"""Discord: signing in with it, membership, verification and the free tier that follows from it, and the bot."""
