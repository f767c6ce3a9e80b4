"""The simulated vendor: that it is as OpenAI is, and fails as it is told to."""
