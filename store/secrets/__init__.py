"""Secrets at rest: sealing them, the key they are sealed under, and changing it."""
