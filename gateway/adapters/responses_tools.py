"""Tools of a Responses request as chat's. A custom tool, which takes any text, becomes a function with one argument."""

from __future__ import annotations

from gateway.adapters.reading import an_object, joined, needed_text, objects, present, word
from gateway.vendors.vendor import Json, Unspoken

TEXT_ARGUMENT = "input"
WORDS = frozenset({"auto", "none", "required"})


def customs(body: Json) -> frozenset[str]:
    """The names of the tools that take any text."""
    return frozenset(str(tool.get("name")) for tool in objects(body, "tools") if tool.get("type") == "custom")


def tools(body: Json) -> Json:
    """`tools` and `tool_choice`, as far as something is said about them."""
    offered = [tool(said, f"tools[{place}]") for place, said in enumerate(objects(body, "tools"))]
    chosen = body.get("tool_choice")
    if isinstance(chosen, dict) and chosen.get("type") == "allowed_tools":
        names = {word(entry, "name") for entry in objects(chosen, "tools", "tool_choice")}
        offered = [entry for entry in offered if entry["function"]["name"] in names]
        chosen = chosen.get("mode")
    return present(tools=offered or None, tool_choice=None if chosen is None else tool_choice(chosen))


def tool(said: Json, where: str) -> Json:
    """A tool of the client's own. Raises Unspoken for one that OpenAI runs."""
    kind = said.get("type")
    if kind == "custom":
        return {"type": "function", "function": custom(said, where)}
    if kind != "function":
        sentence = f"`{kind}` is a tool that OpenAI runs; give a function of your own, or use one of OpenAI's models"
        raise Unspoken(sentence, joined(where, "type"))
    function = present(
        name=needed_text(said, "name", where),
        description=said.get("description"),
        parameters=an_object(said, "parameters", where) or None,
        strict=said.get("strict"),
    )
    return {"type": "function", "function": function}


def custom(said: Json, where: str) -> Json:
    """A custom tool; its grammar, which chat does not enforce, is described."""
    grammar = an_object(said, "format", where).get("definition")
    described = [str(said.get("description") or "")]
    if grammar:
        described.append(f"`{TEXT_ARGUMENT}` must follow this grammar:\n{grammar}")
    parameters = {
        "type": "object",
        "properties": {TEXT_ARGUMENT: {"type": "string"}},
        "required": [TEXT_ARGUMENT],
        "additionalProperties": False,
    }
    description = "\n\n".join(filter(None, described))
    return {"name": needed_text(said, "name", where), "description": description, "parameters": parameters}


def tool_choice(chosen: object) -> str | Json:
    """Which tool is to be used. Raises Unspoken for one that OpenAI runs."""
    if isinstance(chosen, str) and chosen in WORDS:
        return chosen
    if isinstance(chosen, dict) and chosen.get("type") in ("function", "custom"):
        return {"type": "function", "function": {"name": needed_text(chosen, "name", "tool_choice")}}
    sentence = "`tool_choice` must be `auto`, `none`, `required`, or name a function or allowed tools of yours"
    raise Unspoken(sentence, "tool_choice")
