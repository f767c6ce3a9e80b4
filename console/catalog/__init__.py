"""Integrations, providers and models as the console holds and describes them. No widgets in here."""
