"""The answers of sec.gov other than files, shortened to what tells them apart."""

from __future__ import annotations

import zlib

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
    <meta http-equiv="content-type" content="text/html; charset=utf-8">
    <title>SEC.gov | {title}</title>
</head>
<body>
    <h1>{heading}</h1>
    <p>{text}</p>
</body>
</html>
"""

THROTTLED = _PAGE.format(
    title="Request Rate Threshold Exceeded",
    heading="Request Rate Threshold Exceeded",
    text="Current guidelines limit users to a total of no more than 10 requests per second. Once the rate of"
    " requests has dropped below the threshold for 10 minutes, the user may resume accessing content on SEC.gov.",
).encode()
UNDECLARED = _PAGE.format(
    title="Your Request Originates from an Undeclared Automated Tool",
    heading="Your Request Originates from an Undeclared Automated Tool",
    text="To allow for equitable access to all users, SEC reserves the right to limit requests originating from"
    " undeclared automated tools. Please declare your traffic by updating your user agent to include company specific"
    " information.",
).encode()
DOWN = _PAGE.format(
    title="File Unavailable",
    heading="This file is temporarily unavailable",
    text="Please check back again soon. We regret any inconvenience, and we thank you for your interest.",
).encode()
ODD = _PAGE.format(
    title="Home",
    heading="U.S. Securities and Exchange Commission",
    text="The page you asked for is being prepared.",
).encode()


def dataset_page(names: list[str]) -> bytes:
    """The page that links the data sets of these quarters, as `2024q1`, each where it is."""
    links = [
        f'<a href="/files/{dataset_folder(name)}/data/insider-transactions-data-sets/{name}_form345.zip">{name}</a>'
        for name in reversed(names)
    ]
    return _PAGE.format(
        title="Insider Transactions Data Sets", heading="Insider Transactions Data Sets", text=" ".join(links)
    ).encode()


def dataset_folder(name: str) -> str:
    """The folder below /files/ that has the set of a quarter, as `2024q1`: another one since 2026q2."""
    return "structureddata" if name < "2026q2" else "datastandardsinnovation"


def access_denied(path: str) -> bytes:
    """S3's answer for a path that does not exist, in folders that cannot be listed."""
    return _s3("AccessDenied", "Access Denied", "", path)


def no_such_key(path: str) -> bytes:
    """S3's answer for a path that does not exist, elsewhere."""
    return _s3("NoSuchKey", "The specified key does not exist.", f"<Key>{path.lstrip('/')}</Key>", path)


def _s3(code: str, message: str, key: str, path: str) -> bytes:
    request = f"{zlib.crc32(path.encode()):08X}REPLICA0"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f"<Error><Code>{code}</Code><Message>{message}</Message>{key}"
        f"<RequestId>{request}</RequestId><HostId>{request.lower()}=</HostId></Error>"
    ).encode()
