"""How Oracle's cloud wants a request signed: with the account's RSA key, over its target, date and content.

Source: docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm.
"""

from __future__ import annotations

from base64 import b64encode
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gateway.vendors import rsa
from gateway.vendors.vendor import Login, Sent, Unspoken

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey


def sign(sent: Sent, url: str, login: Login, now: datetime) -> dict[str, str]:
    """The headers that prove who asks. Raises Unspoken for a private key that is none."""
    signed = covered(sent, url, now)
    text = "\n".join(f"{name}: {value}" for name, value in signed.items())
    key = private_key(login.get("oracle_private_key"), login.get("oracle_key_passphrase"))
    signature = b64encode(rsa.signature(key, text)).decode()
    who = "/".join(login.get(name) for name in ("oracle_tenancy", "oracle_user", "oracle_fingerprint"))
    proof = {
        "version": "1",
        "keyId": who,
        "algorithm": "rsa-sha256",
        "headers": " ".join(signed),
        "signature": signature,
    }
    authorization = "Signature " + ",".join(f'{name}="{value}"' for name, value in proof.items())
    sent_too = {name: signed[name] for name in ("date", "x-content-sha256") if name in signed}
    return sent_too | {"authorization": authorization}


def covered(sent: Sent, url: str, now: datetime) -> dict[str, str]:
    """What is signed, in order."""
    where = urlsplit(url)
    target = f"{where.path}?{where.query}" if where.query else where.path
    about = {
        "date": format_datetime(now, usegmt=True),
        "(request-target)": f"{sent.method.lower()} {target}",
        "host": where.netloc,
    }
    if sent.method not in ("POST", "PUT", "PATCH"):
        return about
    return about | {
        "content-length": str(len(sent.body)),
        "content-type": sent.headers.get("content-type", "application/json"),
        "x-content-sha256": b64encode(sha256(sent.body).digest()).decode(),
    }


def private_key(pem: str, passphrase: str) -> RSAPrivateKey:
    """An account's key."""
    try:
        return rsa.private_key(pem, passphrase)
    except rsa.NoRSAKey as error:
        raise Unspoken(
            "`oracle_private_key` is no RSA key, which Oracle's cloud wants; make one with its console"
        ) from error
    except rsa.NoKey as error:
        raise Unspoken("`oracle_private_key` is no PEM key, or its passphrase is wrong; correct it") from error
