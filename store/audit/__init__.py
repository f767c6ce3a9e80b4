"""The audit log: its chain, what a transaction changes, and the proof of both."""
