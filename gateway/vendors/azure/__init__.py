"""Azure: OpenAI's models at Azure OpenAI, and everybody's at AI Foundry."""
