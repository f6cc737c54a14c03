"""Hears and speaks: channels, the inbox, the outbox, the composition root."""
