"""Telling people what they should know: budgets, keys that end, vendors that fail, a log that is not written."""
