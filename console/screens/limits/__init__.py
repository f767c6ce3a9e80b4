"""Budgets and rates: the list, a page, the forms."""
