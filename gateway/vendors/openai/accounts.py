"""OpenAI-shaped vendors whose address depends on the account.

A setting may come with a request, so it never decides to which company's host a credential goes: what is no part of a
name there makes no address.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from gateway.functions import Function
from gateway.vendors.openai import openai_like
from gateway.vendors.openai.quirks import SHORT
from gateway.vendors.vendor import Login, Setting

LABELS = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*")
DATABRICKS_HOSTS = (".databricks.com", ".azuredatabricks.net", ".databricks.us", ".databricks.azure.us")
HUGGINGFACE_HOSTS = (".huggingface.co", ".huggingface.cloud", ".hf.space")
NOWHERE = ""


def named(login: Login, setting: str) -> str:
    """A setting that is a part of a host or path, without a scheme; empty if it could be anything else."""
    value = login.get(setting).removeprefix("https://").rstrip("/")
    return value if LABELS.fullmatch(value) else NOWHERE


def huggingface_address(login: Login) -> str:
    """The router, or an endpoint of one's own there. Source: huggingface.co/docs/inference-providers."""
    own = urlsplit(login.get("huggingface_base_url").rstrip("/"))
    if not own.netloc and not own.path:
        return "https://router.huggingface.co/v1"
    if own.scheme != "https" or not LABELS.fullmatch(own.netloc) or not f".{own.netloc}".endswith(HUGGINGFACE_HOSTS):
        return NOWHERE
    path = own.path if re.search(r"/v\d+$", own.path) else f"{own.path}/v1"
    return f"https://{own.netloc}{path}"


def databricks_address(login: Login) -> str:
    """A workspace's serving endpoints. Source: docs.databricks.com/machine-learning/model-serving."""
    workspace = named(login, "databricks_workspace")
    host = workspace if workspace.endswith(DATABRICKS_HOSTS) else f"{workspace}.cloud.databricks.com"
    return f"https://{host}/serving-endpoints" if workspace else NOWHERE


def snowflake_address(login: Login) -> str:
    """An account's Cortex. Source: docs.snowflake.com/user-guide/snowflake-cortex/cortex-rest-api."""
    account = named(login, "snowflake_account").removesuffix(".snowflakecomputing.com")
    return f"https://{account}.snowflakecomputing.com/api/v2/cortex/v1" if account else NOWHERE


HUGGINGFACE = openai_like(
    "huggingface",
    "Hugging Face",
    huggingface_address,
    priced_as="huggingface",
    quirks=SHORT,
    settings=(
        Setting(name="huggingface_base_url", what="an endpoint of your own, https://….endpoints.huggingface.cloud"),
    ),
)
DATABRICKS = openai_like(
    "databricks",
    "Databricks",
    databricks_address,
    functions=(Function.CHAT, Function.COMPLETE, Function.EMBED),
    priced_as="databricks",
    quirks=SHORT,
    settings=(Setting(name="databricks_workspace", is_needed=True, what="the workspace, such as dbc-a1b2345c-d6e7"),),
)
SNOWFLAKE = openai_like(
    "snowflake",
    "Snowflake Cortex",
    snowflake_address,
    priced_as="snowflake",
    settings=(Setting(name="snowflake_account", is_needed=True, what="the account identifier, such as myorg-acct"),),
)
