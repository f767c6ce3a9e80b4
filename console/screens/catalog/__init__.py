"""Integrations, providers and models: the lists, the pages, the forms."""
