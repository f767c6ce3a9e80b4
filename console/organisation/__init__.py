"""People and audit without Textual: rows, filters, and what a change changed."""
