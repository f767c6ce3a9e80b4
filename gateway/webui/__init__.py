"""Open WebUI as a client."""
