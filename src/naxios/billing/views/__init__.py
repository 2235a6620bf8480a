"""The pages of billing, one file for each thing that somebody wants: see, buy, change, pay by invoice; and webhooks."""
