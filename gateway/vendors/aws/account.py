"""What vendors at AWS have in common: what an account is made of, where it is, and how a request is passed through."""

from __future__ import annotations

import re

from gateway.vendors.vendor import Answered, Asked, Login, Sent, Setting, Wire

REGION = re.compile(r"[a-z0-9-]{1,32}")
USUAL_REGION = "us-east-1"
RELAYED = frozenset({"content-type", "accept"})
"""The headers of a client's that are passed through."""

AWS_SETTINGS = (
    Setting(name="aws_region", what="the region, such as us-east-1, which it is unless said otherwise"),
    Setting(name="aws_access_key_id", what="the access key's id, unless an API key is given"),
    Setting(name="aws_secret_access_key", is_secret=True, what="the secret that belongs to the access key"),
    Setting(name="aws_session_token", is_secret=True, what="the session token of temporary credentials"),
    Setting(name="aws_role_arn", what="a role to be assumed with the access key: arn:aws:iam::…:role/…"),
    Setting(name="aws_external_id", what="the external id that the role asks for"),
    Setting(name="aws_service", what="the service to sign for, where it is not the vendor's usual one"),
)
"""What an account with AWS is made of beside an API key."""


def region_of(login: Login) -> str:
    """The region of an account; one that is no name of a region would lead the request elsewhere."""
    region = login.get("aws_region").strip().lower()
    return region if REGION.fullmatch(region) else USUAL_REGION


def aws_host(login: Login) -> str:
    """The end of the name of a host in the account's region."""
    region = region_of(login)
    return f"{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


def relayed() -> Wire:
    """How a request is passed through; of the client's headers only those about its content."""

    def encode(asked: Asked) -> Sent:
        kept = {name: value for name, value in asked.headers.items() if name.lower() in RELAYED}
        return Sent("/" + asked.path, asked.body, kept, asked.method)

    return Wire(encode=encode, decode=lambda body, _: Answered(body), usage=lambda _: None)
