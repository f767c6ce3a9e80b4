"""Workspaces, users and invites: the list, a page, the forms."""
