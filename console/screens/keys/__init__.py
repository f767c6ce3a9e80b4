"""API keys: the list, a page, the forms."""
