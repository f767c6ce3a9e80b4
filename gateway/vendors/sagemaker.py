"""AWS SageMaker: endpoints that a customer runs, each with a wire of its own; requests are signed and passed on.

Source: docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from msgspec.structs import replace

from gateway.functions import Function
from gateway.vendors.aws import role
from gateway.vendors.aws.account import AWS_SETTINGS, aws_host, relayed
from gateway.vendors.aws.signature import sign
from gateway.vendors.vendor import Asked, Login, Sent, Setting, Vendor

NAMES: Mapping[str, str] = {
    "amzn_sagemaker_custom_attributes": "x-amzn-sagemaker-custom-attributes",
    "amzn_sagemaker_target_model": "x-amzn-sagemaker-target-model",
    "amzn_sagemaker_target_variant": "x-amzn-sagemaker-target-variant",
    "amzn_sagemaker_target_container_hostname": "x-amzn-sagemaker-target-container-hostname",
    "amzn_sagemaker_inference_id": "x-amzn-sagemaker-inference-id",
    "amzn_sagemaker_enable_explanations": "x-amzn-sagemaker-enable-explanations",
    "amzn_sagemaker_inference_component": "x-amzn-sagemaker-inference-component",
    "amzn_sagemaker_session_id": "x-amzn-sagemaker-session-id",
}
"""SageMaker's header for each setting."""


def address(login: Login) -> str:
    """Where the endpoints of an account's region are."""
    return f"https://runtime.sagemaker.{aws_host(login)}"


def encode(asked: Asked) -> Sent:
    """The client's request with the headers that the settings stand for; they are signed too."""
    sent = relayed().encode(asked)
    said = {header: value for setting, header in NAMES.items() if (value := asked.login.get(setting))}
    return replace(sent, headers={**sent.headers, **said})


def signed(sent: Sent, url: str, login: Login, now: datetime) -> dict[str, str]:
    """The signature; SageMaker knows no API key that could stand in its place."""
    return sign(sent, url, Login(settings=login.settings), now, service="sagemaker")


SAGEMAKER = Vendor(
    id="sagemaker",
    name="AWS SageMaker",
    base_url=address,
    headers=lambda _: {},
    sign=signed,
    token=role.token,
    settings=(
        *AWS_SETTINGS,
        *(Setting(name=name, what=f"the value of the header {header}") for name, header in NAMES.items()),
    ),
    models_path=None,
    aliases=("aws-sagemaker",),
    functions={Function.RELAY: replace(relayed(), encode=encode)},
)
