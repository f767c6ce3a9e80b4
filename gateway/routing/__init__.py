"""Routing: which targets, in which order."""
