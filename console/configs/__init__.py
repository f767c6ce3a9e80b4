"""The editor of configs without Textual: help, templates, checks, drafts, versions, and what a config does."""
