"""The conversation of a messages request as chat's messages."""

from __future__ import annotations

from gateway.adapters.messages_parts import parts_of
from gateway.adapters.parts import marked, plain, text_part
from gateway.adapters.reading import an_object, as_text, joined, needed_text, objects, present
from gateway.vendors.vendor import Json, Unspoken


def system_turns(body: Json) -> list[Json]:
    """The system prompt as a message, if there is one."""
    parts = [part for block, where in blocks_of(body, "system") for part in parts_of(block, where)]
    return [{"role": "system", "content": plain(parts, "\n\n")}] if parts else []


def turns(body: Json) -> list[Json]:
    """Every message; one with results of tools makes several. Raises Unspoken."""
    told = []
    for place, message in enumerate(objects(body, "messages")):
        told += turn(message, f"messages[{place}]")
    return told


def turn(message: Json, where: str) -> list[Json]:
    """One message."""
    role = message.get("role")
    if role == "user":
        return user_turns(message, where)
    if role == "assistant":
        return [assistant_turn(message, where)]
    if role == "system":
        parts = [part for block, at in blocks_of(message, "content", where) for part in parts_of(block, at)]
        return [{"role": "system", "content": plain(parts, "\n\n")}]
    raise Unspoken(f"`{where}.role` must be `user` or `assistant`", f"{where}.role")


def blocks_of(holder: Json, name: str, where: str = "") -> list[tuple[Json, str]]:
    """Content blocks with their paths; a string is one block of text."""
    content = holder.get(name)
    path = joined(where, name)
    if isinstance(content, str):
        return [({"type": "text", "text": content}, path)]
    return [(block, f"{path}[{place}]") for place, block in enumerate(objects(holder, name, where))]


def user_turns(message: Json, where: str) -> list[Json]:
    """Results of tools, each a message of its own, then what the user says."""
    results: list[Json] = []
    parts: list[Json] = []
    for block, at in blocks_of(message, "content", where):
        if block.get("type") == "tool_result":
            result, shown = tool_result(block, at)
            results.append(result)
            parts += shown
        else:
            parts += parts_of(block, at)
    if results and not parts:
        return results
    return [*results, {"role": "user", "content": plain(parts)}]


def tool_result(block: Json, where: str) -> tuple[Json, list[Json]]:
    """What a tool answered, and the images and documents of it: those the user has to show, as chat's tools answer in
    text."""
    call = needed_text(block, "tool_use_id", where)
    parts = [part for inner, at in blocks_of(block, "content", where) for part in parts_of(inner, at)]
    texts = [part["text"] for part in parts if part["type"] == "text"]
    shown = [part for part in parts if part["type"] != "text"]
    said = "\n\n".join(texts)
    if block.get("is_error"):
        said = f"Error: {said}" if said else "Error"
    if shown:
        shown.insert(0, text_part(f"What the tool call {call} answered:"))
    content = plain([marked(text_part(said), block)])
    return {"role": "tool", "tool_call_id": call, "content": content}, shown


def assistant_turn(message: Json, where: str) -> Json:
    """What the model said, thought and called. Thinking with a signature is kept as it came in `content_blocks`, for a
    Claude behind chat to have it back."""
    parts: list[Json] = []
    calls: list[Json] = []
    thought: list[Json] = []
    for block, at in blocks_of(message, "content", where):
        kind = block.get("type")
        if kind in ("thinking", "redacted_thinking"):
            thought.append(block)
        elif kind == "tool_use":
            calls.append(tool_call(block, at))
        else:
            parts += parts_of(block, at)
    told: Json = {"role": "assistant", "content": plain(parts, "") if parts or not calls else None}
    return told | thinking(thought, parts) | present(tool_calls=calls or None)


def thinking(thought: list[Json], parts: list[Json]) -> Json:
    """The fields that carry thinking; none if there was none."""
    said = "".join(str(block.get("thinking") or "") for block in thought)
    signed = [block for block in thought if block.get("signature") or block.get("data")]
    spoken = [text_part(part["text"]) for part in parts if part["type"] == "text"]
    return present(reasoning_content=said or None, content_blocks=[*signed, *spoken] if signed else None)


def tool_call(block: Json, where: str) -> Json:
    """A call of a tool."""
    function = {
        "name": needed_text(block, "name", where),
        "arguments": as_text(an_object(block, "input", where)).decode(),
        **present(thought_signature=block.get("thought_signature")),
    }
    return marked({"id": needed_text(block, "id", where), "type": "function", "function": function}, block)
