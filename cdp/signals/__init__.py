"""Signals: telling organizations what changed, by Shared Signals (RFC 8417, 8935, 8936) or by signed webhooks."""
