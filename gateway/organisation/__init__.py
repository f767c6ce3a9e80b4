"""Who may do what: people, roles, workspaces, API keys, and the record of what they changed."""
