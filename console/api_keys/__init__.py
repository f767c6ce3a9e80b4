"""What there is to say about an API key. No Textual in here."""
