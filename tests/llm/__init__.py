"""A real small model on this machine as vendor; run by `make test-llm` alone."""
