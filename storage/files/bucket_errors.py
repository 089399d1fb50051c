"""An S3 bucket: how it is opened, and what its refusals mean for people."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import boto3
from botocore.exceptions import BotoCoreError
from obstore.auth.boto3 import Boto3CredentialProvider
from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError
from obstore.store import S3Store

from ..errors import LakeError, LakeMissing, LakeUnreachable, LakeUnwritable

RETRIES = 6
REQUEST_SECONDS = 60
"""How long one request may take; a large file goes up in parts, each its own request."""

REGION = "us-east-1"

_REFUSED = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "MethodNotAllowed"}


def open_store(bucket: str, prefix: str) -> S3Store:
    """The objects of a bucket below a prefix, with the credentials of AWS's standard chain.

    That is the environment, the profile, a container's or an instance's role; the endpoint is AWS_ENDPOINT_URL_S3 or
    AWS_ENDPOINT_URL where one is set, else AWS's own.

    Raises:
        LakeUnreachable: there are no credentials, or they cannot be read.
    """
    where = f"s3://{bucket}/{prefix}"
    endpoint = _endpoint()
    try:
        session = boto3.Session()
        if session.get_credentials() is None:
            raise LakeUnreachable(
                f"there are no credentials for {where}: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or name a "
                "profile with AWS_PROFILE"
            )
        return S3Store(
            bucket,
            prefix=prefix or None,
            endpoint=endpoint,
            region=session.region_name or REGION,
            credential_provider=Boto3CredentialProvider(session),
            client_options={
                "allow_http": (endpoint or "").startswith("http://"),
                "connect_timeout": timedelta(seconds=10),
                "timeout": timedelta(seconds=REQUEST_SECONDS),
            },
            retry_config={"max_retries": RETRIES, "retry_timeout": timedelta(seconds=3 * REQUEST_SECONDS)},
        )
    except BotoCoreError as error:
        raise LakeUnreachable(f"the credentials for {where} cannot be read: {error}") from error
    except BaseError as error:
        raise LakeUnreachable(f"{where} cannot be opened at {endpoint}: {_reason(error)}") from error


def storage_options() -> dict[str, str]:
    """The same endpoint, region and credentials, as of now, by the names that Delta's library and polars know.

    Raises:
        LakeUnreachable: there are no credentials, or they cannot be read.
    """
    try:
        session = boto3.Session()
        found = session.get_credentials()
        keys = found.get_frozen_credentials() if found else None
    except BotoCoreError as error:
        raise LakeUnreachable(f"the credentials cannot be read: {error}") from error
    if keys is None:
        raise LakeUnreachable("there are no credentials any more: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
    endpoint = _endpoint()
    options = {
        "AWS_ACCESS_KEY_ID": keys.access_key,
        "AWS_SECRET_ACCESS_KEY": keys.secret_key,
        "AWS_SESSION_TOKEN": keys.token,
        "AWS_REGION": session.region_name or REGION,
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ALLOW_HTTP": "true" if (endpoint or "").startswith("http://") else None,
    }
    return {name: value for name, value in options.items() if value}


def _endpoint() -> str | None:
    return os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or None


@contextmanager
def asking(where: str, *, write: bool = False) -> Iterator[None]:
    """Turn the store's errors in reading or writing `where` into the lake's own.

    FileNotFoundError and the answers of conditional puts (AlreadyExistsError, PreconditionError) go through.

    Raises:
        LakeMissing: there is no such bucket.
        LakeUnwritable: no permission to write, or the server knows no conditional puts.
        LakeUnreachable: no answer in time, no permission to read, wrong credentials.
    """
    try:
        yield
    except (AlreadyExistsError, PreconditionError):
        raise
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise _no_bucket(where) from error
        raise
    except BaseError as error:
        raise _explained(where, error, write=write) from error


def _explained(where: str, error: BaseError, *, write: bool) -> LakeError:
    text = str(error)
    code = found[1] if (found := re.search(r"<Code>(\w+)</Code>", text)) else None
    status = found[1] if (found := re.search(r"status code: (\d{3})", text)) else None
    if code == "NoSuchBucket":
        return _no_bucket(where)
    if status == "501" or code == "NotImplemented":
        return LakeUnwritable(f"{where}: the server refuses a request that the lake needs ({code or status}). {PUTS}")
    if code in _REFUSED or (status == "403" and code is None):
        what = "write" if write else "read"
        kind = LakeUnwritable if write else LakeUnreachable
        return kind(f"no permission to {what} {where}: these credentials need the right to, or name another lake")
    if status in ("401", "403"):
        return LakeUnreachable(f"{where}: the server does not accept these credentials ({code or status})")
    return LakeUnreachable(
        f"{where} cannot be reached: {_reason(error)}. The lake is whole; run the same command again"
    )


PUTS = (
    "A lake is only safe on a server with conditional puts (If-None-Match and If-Match): AWS S3, MinIO, SeaweedFS, "
    "Ceph or R2 of today."
)


def _no_bucket(where: str) -> LakeMissing:
    bucket = where.removeprefix("s3://").partition("/")[0]
    return LakeMissing(f"there is no bucket {bucket} ({where}): make it, or name another lake (config.yaml: lake)")


def _reason(error: BaseError) -> str:
    """The first line of what the store says, without its address."""
    line = str(error).splitlines()[0]
    return re.sub(r"^.*?(?:retry_timeout: \S+|in [\d.]+\S*s) - ", "", line)[:200]
