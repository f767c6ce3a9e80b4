"""OpenAI's API, as its own clients speak it."""
