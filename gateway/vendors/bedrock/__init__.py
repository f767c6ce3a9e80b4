"""AWS Bedrock: every maker's chat by Converse, Claudes' messages and the rest by InvokeModel.

Source: docs.aws.amazon.com/bedrock/latest/APIReference/API_Operations_Amazon_Bedrock_Runtime.html.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gateway.functions import Function
from gateway.vendors.aws import role
from gateway.vendors.aws.account import AWS_SETTINGS, aws_host, relayed
from gateway.vendors.aws.events import EventStreamFrames
from gateway.vendors.aws.signature import sign
from gateway.vendors.bedrock import embeddings as embeddings
from gateway.vendors.bedrock import rerank as rerank
from gateway.vendors.bedrock.answer import decode_chat
from gateway.vendors.bedrock.completion import CompletionTelling, decode_completion, encode_completion
from gateway.vendors.bedrock.images import WIRE as GENERATE_IMAGE
from gateway.vendors.bedrock.messages import COUNTS, MESSAGES
from gateway.vendors.bedrock.models import at
from gateway.vendors.bedrock.request import encode_chat
from gateway.vendors.bedrock.stream import ConverseTelling
from gateway.vendors.bedrock.usage import usage_of
from gateway.vendors.translated import translated
from gateway.vendors.vendor import Login, Setting, Vendor, bearer

if TYPE_CHECKING:
    from gateway.vendors.batch import Batch

conversing, invoking = at("converse", "converse-stream"), at("invoke")


def batch() -> Batch:
    """How it takes many requests at once."""
    from gateway.vendors.bedrock.batch import BATCH

    return BATCH


def address(login: Login) -> str:
    """Where the models of an account's region are."""
    return f"https://bedrock-runtime.{aws_host(login)}"


CHAT = translated(
    path=conversing,
    encode=encode_chat,
    decode=decode_chat,
    usage=usage_of,
    events=ConverseTelling,
    framing=EventStreamFrames,
)
COMPLETE = translated(
    path=conversing,
    encode=encode_completion,
    decode=decode_completion,
    usage=usage_of,
    events=CompletionTelling,
    framing=EventStreamFrames,
)
EMBED = translated(
    path=invoking,
    encode=embeddings.encode_embedding,
    decode=embeddings.decode_embedding,
    usage=embeddings.usage_of,
    usage_in=embeddings.usage_in,
)
RERANK = translated(
    path=invoking,
    encode=rerank.encode_rerank,
    decode=rerank.decode_rerank,
    usage=rerank.usage_of,
    usage_in=rerank.usage_in,
)

BEDROCK = Vendor(
    id="bedrock",
    name="AWS Bedrock",
    base_url=address,
    priced_as="aws",
    headers=bearer,
    sign=sign,
    token=role.token,
    batch=batch,
    settings=(
        *AWS_SETTINGS,
        Setting(name="aws_bedrock_model", what="the model behind an ARN that does not name it"),
        Setting(name="aws_s3_bucket", what="the bucket through which batches go"),
        Setting(
            name="aws_batch_role_arn", what="the role that batches are worked on with, unless it is `aws_role_arn`"
        ),
    ),
    models_path=None,
    aliases=("aws", "aws-bedrock", "amazon-bedrock"),
    functions={
        Function.CHAT: CHAT,
        Function.COMPLETE: COMPLETE,
        Function.EMBED: EMBED,
        Function.MESSAGE: MESSAGES,
        Function.COUNT_TOKENS: COUNTS,
        Function.GENERATE_IMAGE: GENERATE_IMAGE,
        Function.RERANK: RERANK,
        Function.RELAY: relayed(),
    },
)
