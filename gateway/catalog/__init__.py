"""The model catalog: accounts at vendors, their models and logins, and what a snapshot of them is made of."""
