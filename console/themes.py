"""Colours that Textual does not bring along."""

from textual.theme import Theme

BLACK, WHITE, YELLOW = "#000000", "#ffffff", "#ffff00"

HIGH_CONTRAST = Theme(
    name="high-contrast",
    primary="#66ccff",
    secondary="#66ccff",
    warning=YELLOW,
    error="#ff9d9d",
    success="#5cff8f",
    accent=YELLOW,
    foreground=WHITE,
    background=BLACK,
    surface=BLACK,
    panel=BLACK,
    boost=BLACK,
    text_alpha=1.0,
    variables={
        "text": WHITE,
        "text-muted": "#d8d8d8",
        "text-disabled": "#c0c0c0",
        "foreground-muted": "#d8d8d8",
        "foreground-disabled": "#c0c0c0",
        "text-primary": "#8cd9ff",
        "text-secondary": "#8cd9ff",
        "text-accent": YELLOW,
        "text-warning": YELLOW,
        "text-error": "#ff9d9d",
        "text-success": "#5cff8f",
        "block-cursor-background": WHITE,
        "block-cursor-foreground": BLACK,
        "block-cursor-blurred-background": "#404040",
        "block-cursor-blurred-foreground": WHITE,
        "input-selection-background": "#00408a",
        "border": WHITE,
    },
)
"""Every text at least 7 to 1 against what is behind it. Source: WCAG 2.2, success criterion 1.4.6."""
