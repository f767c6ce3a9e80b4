"""Clients of one dialect, served by vendors that speak another: requests, answers and streams turned into chat and back."""
