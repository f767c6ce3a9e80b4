"""What the simulated vendor says: words, numbers and JSON drawn from a seed, so that a prompt has one answer."""

import hashlib
import random
import re
from typing import Any

SENTENCES = (
    "A toll house stood where the road met the bridge, and its keeper never slept for long.",
    "Count what passes, charge what is due, and let nobody wait who has paid.",
    "The shortest route is not always the quickest one.",
    "Most delays come from a single slow step; measure each of them before changing any.",
    "Carriages with six horses paid more than those with two, and mail went free.",
    "Write the amount down before the barrier opens, or it will be forgotten.",
    "When one bridge is closed, send the traffic over the next, and say so.",
    "A keeper who guesses the toll will sooner or later be wrong in somebody's favour.",
    "Two clerks with one ledger agree more often than one clerk with two.",
    "Lanterns were lit at dusk, so that the board with the prices could be read all night.",
)
WORDS = ("bridge", "lantern", "ledger", "barrier", "carriage", "keeper", "road", "toll")
TOKEN = re.compile(r"\s*\w{1,12}|\s*[^\w\s]")


def tokens(text: str) -> list[str]:
    """The vendor's tokens: a word of up to twelve letters or one sign, with the space before it."""
    return TOKEN.findall(text)


def chance(*seed: Any) -> random.Random:
    """Draws that are the same for the same seed, on every machine."""
    return random.Random(hashlib.sha256(repr(seed).encode()).digest())


def paragraph(draw: random.Random) -> str:
    """Two to four sentences."""
    return " ".join(draw.sample(SENTENCES, draw.randint(2, 4)))


def sample(schema: dict[str, Any], draw: random.Random) -> Any:
    """A value that a JSON schema accepts, as far as enum, const, type, properties, items and anyOf go."""
    if choices := schema.get("enum") or schema.get("anyOf") or schema.get("oneOf"):
        return draw.choice(choices) if "enum" in schema else sample(choices[0], draw)
    kind = schema.get("type", "object" if "properties" in schema else "string")
    match kind[0] if isinstance(kind, list) else kind:
        case "object":
            return {name: sample(part, draw) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [sample(schema.get("items", {}), draw)]
        case "integer" | "number":
            return draw.randint(schema.get("minimum", 1), schema.get("maximum", 100))
        case "boolean":
            return draw.random() < 0.5
        case "null":
            return None
    return schema.get("const", draw.choice(WORDS))
