"""A lake in an object store: the same as in a folder, and safe without a lock."""

import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import obstore
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from obstore.exceptions import GenericError

from form4lake.storage import (
    Lake,
    LakeBusy,
    LakeDamaged,
    LakeError,
    LakeMissing,
    LakeUnreachable,
    LakeUnwritable,
    RawSubmission,
)
from form4lake.storage.files.bucket import ObjectFiles
from form4lake.storage.files.bucket_errors import open_store
from form4lake.storage.files.place import files_at
from form4lake.storage.read.catalog import publish_catalog
from form4lake.tests.builders.lakes import (
    MONDAY,
    NOON,
    TUESDAY,
    contents,
    entry,
    filing,
    full_filing,
    index_day,
    quarantined,
    store,
)
from form4lake.tests.builders.object_server import BUCKET, ObjectServer

pytestmark = pytest.mark.flow


@pytest.fixture
def lake(object_lake: str) -> Lake:
    return Lake.open(object_lake, create=True)


def objects(location: str, folder: str = "") -> list[str]:
    """The names of a lake's objects."""
    bucket, prefix = location.removeprefix("s3://").split("/", 1)
    found = obstore.list(open_store(bucket, prefix), prefix=folder or None).collect()
    return sorted(each["path"] for each in found)


def raw(accession: str, content: bytes) -> RawSubmission:
    return RawSubmission(accession, MONDAY, f"edgar/data/5/{accession}.txt", NOON, content)


def live_through(lake: Lake) -> list[Any]:
    """One life of a lake: days, a filing replaced, quarantine, a month, compaction, raw archive; what it answers."""
    first = store(lake, full_filing("a"), filing("b"))
    answers: list[Any] = [store(lake, full_filing("a"), filing("b"))]
    store(lake, filing("c", TUESDAY), filing("b", TUESDAY, ticker="LATER"), day=TUESDAY)
    ingest = lake.begin("2024-01-10")
    ingest.add_quarantined(quarantined("q"), date(2024, 1, 10))
    ingest.add_day(index_day(date(2024, 1, 10)), [entry("q", date(2024, 1, 10))])
    lake.commit(ingest, writer="test")
    store(lake, filing("d", date(2024, 2, 1)), day=date(2024, 2, 1))
    compact_period = lake.compact_period("2024-01")
    store(lake, filing("e", TUESDAY), day=TUESDAY)
    lake.raw.append([raw("a", b"old"), raw("b", b"b")])
    lake.raw.append([raw("a", b"new")])
    lake.raw.compact_period(MONDAY)
    lake.tidy(date(2025, 1, 1))
    found = lake.verify(raw=True)
    answers += [[(each.where, each.what) for each in found.violations], found.files, found.rows, found.missing]
    assert first is not None
    assert compact_period is not None
    answers += [
        first.filings_added,
        (compact_period.period, compact_period.files_before, compact_period.files_after, compact_period.version),
    ]
    answers += [lake.snapshot().version, lake.snapshot().periods, lake.stored(["a", "b", "z"]), lake.coverage()]
    answers += [lake.all_quarantined(), lake.index_entries(TUESDAY), lake.raw.held(MONDAY)]
    answers += [sorted(each.content for each in lake.raw.read(MONDAY, ["a", "b"]))]
    return answers


def test_a_lake_in_a_bucket_answers_as_one_in_a_folder(lake: Lake, object_lake: str, tmp_path: Path) -> None:
    folder = Lake.open(tmp_path / "lake", create=True)
    assert live_through(lake) == live_through(folder)
    assert contents(Lake.open(object_lake)) == contents(folder)
    assert {each.partition("/")[0] for each in objects(object_lake)} == {
        "catalog.duckdb",
        "catalog.json",
        "data",
        "log",
        "raw",
        "views.sql",
    }


def test_the_catalog_shows_the_newest_version_whoever_comes_last(lake: Lake, object_lake: str, tmp_path: Path) -> None:
    files = files_at(object_lake)
    store(lake, full_filing("a"))
    earlier = lake.snapshot()
    store(lake, filing("b", TUESDAY), day=TUESDAY)
    publish_catalog(files, earlier, lake._engine)
    (tmp_path / "catalog.duckdb").write_bytes(files.read("catalog.duckdb"))
    with duckdb.connect(tmp_path / "catalog.duckdb", read_only=True) as catalog:
        files.serve(catalog)
        assert catalog.sql("SELECT version, lake FROM lake_snapshot").fetchall() == [(2, object_lake)]
        assert catalog.sql("SELECT accession_number FROM filings ORDER BY 1").fetchall() == [("a",), ("b",)]
    assert files.read("views.sql").startswith(b"-- Views of version 2 ")
    assert f"'{object_lake}/data/filings/year=2024/" in files.read("views.sql").decode()


def test_a_query_fetches_parts_of_a_file(lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = pa.array(range(400_000))
    table = pa.table({"number": numbers, "noise": [os.urandom(8) for _ in range(400_000)]})
    pq.write_table(table, tmp_path / "big.parquet", row_group_size=32_768)
    size = (tmp_path / "big.parquet").stat().st_size
    files = lake.snapshot().place
    files.install(tmp_path / "big.parquet", "data/big.parquet")
    fetched: list[int] = []
    real = obstore.get_range

    def counted(*given: Any, length: int, **named: Any) -> Any:
        fetched.append(length)
        return real(*given, length=length, **named)

    monkeypatch.setattr(obstore, "get_range", counted)
    with duckdb.connect() as connection:
        files.serve(connection)
        sql = f"SELECT noise FROM read_parquet('{files.uri('data/big.parquet')}') WHERE number = 200000"
        assert connection.sql(sql).fetchall() == [(table["noise"][200_000].as_py(),)]
        assert 0 < sum(fetched) < size / 4
        assert len(fetched) < 8


def test_an_entry_that_another_made_is_not_made_again(lake: Lake, object_lake: str) -> None:
    files = files_at(object_lake)
    assert files.create("log/new", b"theirs")
    assert not files.create("log/new", b"ours")
    assert files.read("log/new") == b"theirs"


def test_what_comes_waits_here_and_goes_to_the_bucket_together(lake: Lake, object_lake: str) -> None:
    for number in range(65):
        lake.raw.append([raw(str(number), b"x")])
    assert len(objects(object_lake, "raw")) == 1
    killed = Lake.open(object_lake, create=True)
    assert killed.raw.held(MONDAY) == {str(number) for number in range(65)}
    lake.close()
    killed.tidy(TUESDAY)
    assert len(objects(object_lake, "raw")) == 1
    assert len(list(killed.raw.read(MONDAY, killed.raw.held(MONDAY)))) == 65


WRITER = """
    from form4lake.tests.builders.lakes import MONDAY, filing
    from form4lake.storage import Lake
    from form4lake.storage.write import commit
    commit.publish_catalog = lambda *_: None
    lake = Lake.open({location!r})
    for number in range(3):
        ingest = lake.begin("2024-01-08")
        ingest.add_filing(filing(f"{name}-{{number}}"), MONDAY)
        ingest.add_filing(filing("common", ticker=f"{name}{{number}}"), MONDAY)
        assert lake.commit(ingest, writer={name!r})
"""


def test_three_writer_processes_at_once_lose_no_commit(lake: Lake, object_lake: str) -> None:
    scripts = [textwrap.dedent(WRITER).format(location=object_lake, name=name) for name in ("one", "two", "three")]
    processes = [subprocess.Popen([sys.executable, "-c", script]) for script in scripts]
    assert [each.wait(timeout=120) for each in processes] == [0, 0, 0]
    names = sorted(f"{name}-{number}" for name in ("one", "two", "three") for number in range(3))
    found = contents(Lake.open(object_lake))
    assert sorted(row[0] for row in found["filings"]) == sorted(["common", *names])
    assert len(found["non_derivative_transactions"]) == 10
    assert lake.snapshot().version == 9
    live = {f"data/{each}" for each in lake.snapshot().live}
    assert live <= set(objects(object_lake, "data"))


def test_a_writer_that_always_loses_says_so(lake: Lake, object_lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store(lake, filing("a"))
    before = objects(object_lake)
    monkeypatch.setattr("form4lake.storage.write.commit.PAUSE_SECONDS", 0)
    monkeypatch.setattr("form4lake.storage.write.commit.ATTEMPTS", 4)
    monkeypatch.setattr("form4lake.storage.versions.log.CommitLog.append", lambda *_: False)
    versions = iter(range(1, 100))
    monkeypatch.setattr("form4lake.storage.write.commit._same_version", lambda *_: next(versions) % 2 == 1)
    with pytest.raises(LakeBusy, match="faster 4 times"):
        store(lake, filing("b"))
    assert objects(object_lake) == before


KILLED = """
    import os, signal
    import obstore, duckdb, pyarrow.parquet
    from form4lake.tests.builders.lakes import filing, full_filing, store
    from form4lake.storage import Lake
    from form4lake.storage.files import bucket, bucket_errors
    count = 0

    def dying(real):
        def call(*given, **named):
            global count
            count += 1
            if count == step:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)
        return call

    for step in range({first}, 100, {stride}):
        child = os.fork()
        if child == 0:
            for name in ("put", "delete"):
                setattr(obstore, name, dying(getattr(obstore, name)))
            lake = Lake.open({location!r} + f"/{{step}}")
            store(lake, filing("a", ticker="NEW"), full_filing("b"), period="2024-01")
            os._exit(0)
        if os.waitpid(child, 0)[1] == 0:
            break
    print(step)
"""


def test_a_kill_at_any_change_in_the_store_loses_nothing(object_lake: str, tmp_path: Path) -> None:
    first, stride = 2, 5
    folder = Lake.open(tmp_path / "folder", create=True)
    store(folder, full_filing("a"))
    before = contents(folder)
    store(folder, filing("a", ticker="NEW"), full_filing("b"), period="2024-01")
    after = contents(folder)
    store(Lake.open(object_lake, create=True), full_filing("a"))
    names = objects(object_lake)
    whole_bucket = open_store(BUCKET, "")
    for step in range(first, 30, stride):
        for name in names:
            where = object_lake.removeprefix(f"s3://{BUCKET}/")
            obstore.copy(whole_bucket, f"{where}/{name}", f"{where}/{step}/{name}")
    script = textwrap.dedent(KILLED).format(location=object_lake, first=first, stride=stride)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    last = int(done.stdout)
    assert first + stride < last < 30, "the lakes made above do not reach the end of the commit"
    outcomes = set()
    for step in range(first, last, stride):
        found = contents(Lake.open(f"{object_lake}/{step}"))
        assert found in (before, after), f"torn after a kill at change {step}"
        outcomes.add(found == after)
        again = Lake.open(f"{object_lake}/{step}", create=True)
        assert (store(again, filing("a", ticker="NEW"), full_filing("b"), period="2024-01") is None) == (found == after)
        assert contents(again) == after
    assert outcomes == {True, False}


def test_only_what_nobody_can_want_is_swept(lake: Lake, object_lake: str, tmp_path: Path) -> None:
    store(lake, filing("a"))
    old = lake.snapshot().files("filings")
    store(lake, filing("a", ticker="NEW"))
    (tmp_path / "x").write_bytes(b"PAR1")
    lake.snapshot().place.install(tmp_path / "x", "data/filings/year=2024/uncommitted.parquet")
    names = objects(object_lake, "data")
    Lake.open(object_lake, create=True, grace_seconds=0)
    assert objects(object_lake, "data") == names, "all are young"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("form4lake.storage.files.bucket.SAFE_AGE", timedelta(seconds=-60))
        Lake.open(object_lake, create=True)
        retired = {each.removeprefix(f"{object_lake}/") for each in old}
        live = {f"data/{each}" for each in lake.snapshot().live}
        assert set(objects(object_lake, "data")) > live | retired, "the grace period keeps what was retired"
        assert "data/filings/year=2024/uncommitted.parquet" not in objects(object_lake, "data")
        Lake.open(object_lake, create=True, grace_seconds=0)
    assert set(objects(object_lake, "data")) == live
    assert contents(Lake.open(object_lake))["filings"]


def test_an_answer_that_got_lost_is_no_lost_race(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    real = obstore.put

    def deaf(*given: Any, **named: Any) -> Any:
        done = real(*given, **named)
        if str(given[1]).startswith("log/"):
            raise GenericError("Generic S3 error: operation timed out")
        return done

    monkeypatch.setattr(obstore, "put", deaf)
    assert store(lake, filing("a")) is not None
    assert lake.snapshot().version == 1


def test_a_file_that_is_gone_is_named(lake: Lake, object_lake: str) -> None:
    store(lake, filing("a"))
    (path,) = lake.snapshot().files("filings")
    lake.snapshot().place.remove(path.removeprefix(f"{object_lake}/"))
    with pytest.raises(LakeDamaged, match=r"s3://.*/data/filings/year=2024/.*parquet is missing"):
        Lake.open(object_lake).connect()
    found = Lake.open(object_lake).verify().violations
    assert [each.where for each in found if "filings" in each.where] == [path.removeprefix(f"{object_lake}/")]


Change = Callable[[pytest.MonkeyPatch, ObjectServer], None]


def variables(**values: str | None) -> Change:
    """Other variables of the environment; None: none."""

    def change(patch: pytest.MonkeyPatch, _: ObjectServer) -> None:
        for name, value in values.items():
            patch.delenv(name) if value is None else patch.setenv(name, value)

    return change


def lenient(patch: pytest.MonkeyPatch, _: ObjectServer) -> None:
    """A server that ignores conditions."""
    real = obstore.put
    patch.setattr(obstore, "put", lambda *given, mode="overwrite", **named: real(*given, **named))


REFUSALS: dict[str, tuple[Change, str, type[LakeError]]] = {
    "no credentials": (
        variables(AWS_ACCESS_KEY_ID=None, AWS_SECRET_ACCESS_KEY=None),
        "there are no credentials for s3://.*AWS_ACCESS_KEY_ID",
        LakeUnreachable,
    ),
    "no such profile": (variables(AWS_PROFILE="nobody"), r"cannot be read: .*\(nobody\)", LakeUnreachable),
    "a wrong secret": (variables(AWS_SECRET_ACCESS_KEY="wrong"), "does not accept these credentials", LakeUnreachable),
    "no permission": (variables(AWS_ACCESS_KEY_ID="reader"), "no permission to write s3://", LakeUnwritable),
    "no such host": (variables(AWS_ENDPOINT_URL_S3="http://127.0.0.1:9"), "cannot be reached: ", LakeUnreachable),
    "no conditional puts": (lenient, "does not enforce conditional puts", LakeUnwritable),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_a_refusal_is_one_clear_line(
    object_lake: str, object_server: ObjectServer, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    change, words, kind = REFUSALS[name]
    change(monkeypatch, object_server)
    monkeypatch.setattr("form4lake.storage.files.bucket_errors.RETRIES", 0)
    with pytest.raises(kind, match=words) as refused:
        Lake.open(object_lake, create=True)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


@pytest.mark.usefixtures("object_lake")
@pytest.mark.parametrize("location", [f"s3://no-{BUCKET}/lake", "s3://", "gs://bucket/lake"])
def test_a_place_that_is_none_is_named(location: str) -> None:
    with pytest.raises(LakeMissing, match=location):
        Lake.open(location, create=True)
    with pytest.raises(LakeMissing, match=location):
        Lake.open(location)


def test_no_answer_in_mid_upload_is_named_and_the_next_try_succeeds(
    lake: Lake, object_lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, monkeypatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL_S3", f"http://127.0.0.1:{silent.getsockname()[1]}")
        patch.setattr("form4lake.storage.files.bucket_errors.RETRIES", 0)
        patch.setattr("form4lake.storage.files.bucket_errors.REQUEST_SECONDS", 0.2)
        bucket, prefix = object_lake.removeprefix("s3://").split("/", 1)
        mute = ObjectFiles(open_store(bucket, prefix), bucket, prefix)
        patch.setattr(ObjectFiles, "publish", lambda _, staged: ObjectFiles._put(mute, "data/x", b"x"))
        with pytest.raises(LakeUnreachable, match=r"data/x cannot be reached: .*run the same command again"):
            store(lake, filing("a"))
    assert store(lake, filing("a")) is not None


def test_one_who_may_only_read_asks_as_anybody(lake: Lake, object_lake: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store(lake, filing("a"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "reader")
    reader = Lake.open(object_lake)
    assert reader.stored(["a"]) == {"a"}
