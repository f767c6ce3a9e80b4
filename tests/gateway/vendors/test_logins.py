"""Logins that hold for a while: how they are asked for, who may, and that each is asked for once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs

import pytest

from gateway.domain import Target
from gateway.errors import Broken, NotSpoken, VendorBroke
from gateway.tokens import Tokens, request_for
from gateway.upstream import Reply, Upstream
from gateway.vendors.azure.openai import AZURE_OPENAI
from gateway.vendors.bedrock import BEDROCK
from gateway.vendors.vendor import BadAnswer, Login, Sent, TokenRequest, Vendor
from tests.gateway.running import Gateway, ask

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
KEYS = {"aws_access_key_id": "AK", "aws_secret_access_key": "SK", "aws_region": "eu-west-1"}
ROLE = KEYS | {"aws_role_arn": "arn:aws:iam::123456789012:role/chat", "aws_external_id": "ours"}
WORKLOAD = {"azure_auth_mode": "workload", "azure_entra_tenant_id": "t-1", "azure_workload_client_id": "c"}
CREDENTIALS = b"""<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>temporary</SecretAccessKey><SessionToken>st==</SessionToken>
<Expiration>2026-11-25T13:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"""


@dataclass
class TokenService:
    """Answers requests for logins in the place of the network, and keeps them."""

    status: int = 200
    asked: list[Sent] = field(default_factory=list)

    async def ask(
        self, _base_url: str, sent: Sent, _headers: Mapping[str, str], _vendor: str, _seconds: float
    ) -> tuple[Reply, bytes]:
        """As the gateway's own client does it."""
        self.asked.append(sent)
        await asyncio.sleep(0)
        reply = Reply.__new__(Reply)
        reply.status = self.status
        return reply, CREDENTIALS

    def tokens(self) -> Tokens:
        """Who asks it."""
        return Tokens(cast(Upstream, self))


def wanted_of(vendor: Vendor, settings: Mapping[str, str]) -> TokenRequest:
    """What an account with these settings asks for."""
    assert vendor.token is not None
    wanted = vendor.token(Login(settings=settings), NOW)
    assert wanted is not None
    return wanted


def at_bedrock(settings: Mapping[str, str]) -> Target:
    """A provider at Bedrock."""
    return Target(BEDROCK, "https://bedrock-runtime.eu-west-1.amazonaws.com", {}, "m", None, Login(settings=settings))


def test_a_role_is_assumed_as_botocore_signs_it() -> None:
    """The request for a role's credentials has the signature that AWS's own library gives it."""
    auth, requests = pytest.importorskip("botocore.auth"), pytest.importorskip("botocore.awsrequest")
    credentials = pytest.importorskip("botocore.credentials").Credentials("AK", "SK")
    wanted = wanted_of(BEDROCK, ROLE)

    sent, headers = request_for(wanted, "bedrock")

    theirs = requests.AWSRequest("POST", wanted.url, data=sent.body, headers=dict(sent.headers))
    for name in ("x-amz-content-sha256", "x-amz-date"):
        theirs.headers[name] = headers[name]
    theirs.context["timestamp"] = headers["x-amz-date"]
    signer = auth.SigV4Auth(credentials, "sts", "eu-west-1")
    signature = signer.signature(signer.string_to_sign(theirs, signer.canonical_request(theirs)), theirs)

    asked = {name: values[0] for name, values in parse_qs(sent.body.decode()).items()}
    assert wanted.url == "https://sts.eu-west-1.amazonaws.com/"
    assert (asked["Action"], asked["RoleArn"], asked["ExternalId"]) == ("AssumeRole", ROLE["aws_role_arn"], "ours")
    assert headers["authorization"].endswith(f"Signature={signature}")


def test_a_role_gives_credentials_to_sign_with() -> None:
    """What AWS's token service answers takes the place of the access key, session token included."""
    grant = wanted_of(BEDROCK, ROLE).read(CREDENTIALS, Login(settings=ROLE))

    assert BEDROCK.sign is not None
    signed = BEDROCK.sign(Sent("/model/x/converse", b"{}"), "https://bedrock-runtime/model/x", grant.login, NOW)
    assert "Credential=ASIA1/" in signed["authorization"]
    assert signed["x-amz-security-token"] == "st=="
    assert grant.seconds == 3600


def test_an_answer_without_credentials_is_none() -> None:
    """Something else than credentials is not taken for them."""
    with pytest.raises(BadAnswer):
        wanted_of(BEDROCK, ROLE).read(b"<ErrorResponse/>", Login(settings=ROLE))


def test_a_machine_at_azure_is_asked_for_its_token() -> None:
    """A managed identity's token is read from the machine's own address, whose answer says the seconds in a string."""
    settings = {"azure_auth_mode": "managed", "azure_managed_client_id": "id-1"}
    wanted = wanted_of(AZURE_OPENAI, settings)
    sent, headers = request_for(wanted, "azure-openai")

    grant = wanted.read(b'{"access_token": "T", "expires_in": "86399"}', Login(settings=settings))

    assert wanted.url.startswith("http://169.254.169.254/metadata/identity/oauth2/token?")
    assert (sent.method, sent.body, headers["metadata"]) == ("GET", b"", "true")
    assert "client_id=id-1" in sent.path
    assert AZURE_OPENAI.headers(grant.login) == {"authorization": "Bearer T"}
    assert grant.seconds == 86399


def test_a_workload_shows_its_own_token(tmp_path: Path) -> None:
    """A workload's token is read from its file at each asking, for somebody renews it there."""
    file, said = tmp_path / "token", []
    wanted = wanted_of(AZURE_OPENAI, WORKLOAD | {"azure_workload_token_file": str(file)})

    for text in ("first\n", "second\n"):
        file.write_text(text)
        sent, _ = request_for(wanted, "azure-openai")
        said.append(parse_qs(sent.body.decode())["client_assertion"])

    assert said == [["first"], ["second"]]
    assert wanted.url == "https://login.microsoftonline.com/t-1/oauth2/v2.0/token"


def test_a_workload_without_its_file_is_told(tmp_path: Path) -> None:
    """A file that is not there is named."""
    wanted = wanted_of(AZURE_OPENAI, WORKLOAD | {"azure_workload_token_file": str(tmp_path / "none")})

    with pytest.raises(Broken, match="none"):
        request_for(wanted, "azure-openai")


async def test_many_requests_ask_for_a_login_once() -> None:
    """Requests at the same time share one asking, and later ones what it gave."""
    service, target = TokenService(), at_bedrock(ROLE)
    tokens = service.tokens()

    first = await asyncio.gather(*(tokens.login(target, NOW) for _ in range(5)))
    later = await tokens.login(target, NOW)

    assert len(service.asked) == 1
    assert {login.get("aws_access_key_id") for login in first if login} == {"ASIA1"}
    assert later is first[0]


async def test_a_refused_login_is_the_vendors_failure() -> None:
    """The failure says the status, and the next request asks again."""
    service, target = TokenService(status=403), at_bedrock(ROLE)
    tokens = service.tokens()

    for _ in range(2):
        with pytest.raises(VendorBroke, match="403"):
            await tokens.login(target, NOW)

    assert len(service.asked) == 2


@pytest.mark.parametrize("role", ["role/x", ROLE["aws_role_arn"]])
async def test_a_role_that_cannot_be_assumed_is_told(role: str) -> None:
    """A name that is no role's, and a role without a key to assume it with, are said before anything is sent."""
    with pytest.raises(NotSpoken, match="role"):
        await TokenService().tokens().login(at_bedrock({"aws_role_arn": role}), NOW)


@pytest.mark.parametrize("mode", ["managed", "workload"])
async def test_a_caller_cannot_log_in_as_the_gateways_machine(gateway: Gateway, mode: str) -> None:
    """Whoever names a vendor in headers of their own does not get the identity of the gateway's machine."""
    headers = {
        "x-portkey-api-key": gateway.app_key,
        "authorization": "Bearer theirs",
        "x-portkey-provider": "azure-openai",
        "x-portkey-azure-resource-name": "theirs",
        "x-portkey-azure-auth-mode": mode,
    }

    answer = await gateway.app.post("/v1/chat/completions", json=ask(model="gpt-4o"), headers=headers)

    assert answer.status_code == 400
    assert "as the machine" in answer.json()["error"]["message"]


def test_a_login_without_a_role_asks_for_nothing() -> None:
    """An access key alone is used as it is."""
    assert BEDROCK.token is not None

    assert BEDROCK.token(Login(settings=KEYS), NOW) is None
