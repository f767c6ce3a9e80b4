"""When Python looks for garbage: not before the first paint, and never through what stays for as long as it runs.

Modules, the style sheet and the first screen are a hundred thousand objects. Looked through while a screen is being
drawn they cost 80 ms, once or twice before the first paint and every second in a busy tail.
"""

import gc


def wait() -> None:
    """Look for none yet: nearly all that a start makes stays."""
    gc.disable()


def spare_what_stays() -> None:
    """Set aside what there is and begin to look; says nothing to a process that looks already, such as a test."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
