"""A role that an access key assumes: temporary credentials from AWS's token service.

Source: docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from gateway.vendors.aws.account import aws_host
from gateway.vendors.aws.signature import sign
from gateway.vendors.vendor import BadAnswer, Grant, Login, Sent, TokenRequest, Unspoken

ROLE = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:role/[\w+=,.@/-]{1,512}")
SECONDS = 3600
"""How long the credentials hold; the least that every role allows to be asked for is a quarter of it."""
GIVEN = {
    "aws_access_key_id": re.compile(rb"<AccessKeyId>([^<]+)</AccessKeyId>"),
    "aws_secret_access_key": re.compile(rb"<SecretAccessKey>([^<]+)</SecretAccessKey>"),
    "aws_session_token": re.compile(rb"<SessionToken>([^<]+)</SessionToken>"),
}
"""What an answer gives, and under which setting it takes the place of the account's own."""


def token(login: Login, now: datetime) -> TokenRequest | None:
    """How a role is assumed; None where the account names none. Raises Unspoken for a name that is no role's."""
    role = login.get("aws_role_arn")
    if not role or login.secret:
        return None
    if not ROLE.fullmatch(role):
        raise Unspoken("`aws_role_arn` is no role; one looks like arn:aws:iam::123456789012:role/name", "aws_role_arn")
    if not (login.get("aws_access_key_id") and login.get("aws_secret_access_key")):
        raise Unspoken("a role is assumed with an access key: `aws_access_key_id` is missing", "aws_access_key_id")
    form = {
        "Action": "AssumeRole",
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": "tollhouse",
        "DurationSeconds": str(SECONDS),
    }
    if external := login.get("aws_external_id"):
        form["ExternalId"] = external
    return TokenRequest(
        url=f"https://sts.{aws_host(login)}/",
        form=form,
        headers={"accept": "application/xml"},
        sign=partial(signed, login, now),
        read=granted,
    )


def signed(login: Login, now: datetime, sent: Sent, url: str) -> Mapping[str, str]:
    """The request proven by the access key, for the token service and not for the one that is asked afterwards."""
    own = {name: value for name, value in login.settings.items() if name != "aws_service"}
    return sign(sent, url, Login(settings=own), now, service="sts")


def granted(body: bytes, login: Login) -> Grant:
    """The role's credentials in the place of the account's. Raises BadAnswer."""
    found = {name: pattern.search(body) for name, pattern in GIVEN.items()}
    given = {name: match[1].decode() for name, match in found.items() if match is not None}
    if len(given) < len(GIVEN):
        raise BadAnswer("without credentials")
    return Grant(Login(settings={**login.settings, **given}), SECONDS)
