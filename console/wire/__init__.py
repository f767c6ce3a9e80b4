"""The gateway's JSON as the console uses it; other fields are ignored, so that a newer gateway may say more."""
