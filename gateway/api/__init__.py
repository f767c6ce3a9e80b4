"""The edge: one folder per kind of client. It parses, delegates and spells; it decides nothing."""
