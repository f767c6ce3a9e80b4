"""What can be asked of a vendor, one row each: its path below `/v1`, as OpenAI (or Anthropic) has it."""

from enum import StrEnum


class Function(StrEnum):
    """One endpoint of the data plane. The value is its path below `/v1/`."""

    CHAT = "chat/completions"
    COMPLETE = "completions"
    EMBED = "embeddings"
    RESPOND = "responses"
    MESSAGE = "messages"
    COUNT_TOKENS = "messages/count_tokens"
    GENERATE_IMAGE = "images/generations"
    EDIT_IMAGE = "images/edits"
    VARY_IMAGE = "images/variations"
    SPEAK = "audio/speech"
    TRANSCRIBE = "audio/transcriptions"
    TRANSLATE = "audio/translations"
    MODERATE = "moderations"
    RERANK = "rerank"
    RELAY = ""
    """Anything else: forwarded as it is to the same path of the vendor."""

    @property
    def portkey_name(self) -> str:
        """As Portkey's errors call it. Source: portkey.ai, `chatComplete is not supported by …`."""
        return PORTKEY_NAMES[self]


IN_PIECES = frozenset({Function.SPEAK, Function.RELAY})
"""Those whose answers may be bytes and nothing else, and are then sent on as they come."""
PORTKEY_NAMES = {
    Function.CHAT: "chatComplete",
    Function.COMPLETE: "complete",
    Function.EMBED: "embed",
    Function.RESPOND: "createModelResponse",
    Function.MESSAGE: "messages",
    Function.COUNT_TOKENS: "messagesCountTokens",
    Function.GENERATE_IMAGE: "imageGenerate",
    Function.EDIT_IMAGE: "imageEdit",
    Function.VARY_IMAGE: "imageVariation",
    Function.SPEAK: "createSpeech",
    Function.TRANSCRIBE: "createTranscription",
    Function.TRANSLATE: "createTranslation",
    Function.MODERATE: "moderate",
    Function.RERANK: "rerank",
    Function.RELAY: "proxy",
}
