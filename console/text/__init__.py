"""Text for a terminal: figures, harmless, wrapped, drawn as bars. No Textual in here."""
