"""Budgets and rate limits: what they are, what they have counted, and what one request has set aside.

`rules` says what a limit is, `book` holds every counter in memory, `reservation` is what one request takes of them.
All of it is synchronous, and clocks are arguments: looking and taking are one step, so no two requests are ever
given the same money.
"""
