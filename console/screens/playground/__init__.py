"""Talking to models: two sides, their settings, what is asked."""
