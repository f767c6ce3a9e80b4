"""OpenAI's files and batches, before vendors that have batches of another kind."""
