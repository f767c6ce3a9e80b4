"""People, workspaces and API keys: a table and its questions each."""
