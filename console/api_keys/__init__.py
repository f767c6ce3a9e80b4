"""What there is to say about an API key. No widgets in here."""
