"""Configs: the list, the editor, explaining, versions."""
