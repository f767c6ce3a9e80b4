"""Limits and alerts without Textual: how they stand in words, who used them up, what can have them."""
