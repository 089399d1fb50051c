"""Which days have an index, from index.json as EDGAR writes it, and why the others have none."""

import json
from collections import Counter
from datetime import date

import pytest

from form4lake.crawler import BrokenAnswer, EdgarClient, EdgarDown, ListedDay, list_daily_indexes, survey_days
from form4lake.crawler.listing import ListedFile, date_of_name
from form4lake.edgar_calendar import Quarter, days_between, is_business_day
from form4lake.tests.builders.scripted_server import Scripted, ScriptedServer, zipped


def folder(year: int, quarter: int) -> str:
    return f"/Archives/edgar/daily-index/{year}/QTR{quarter}/index.json"


def listing(*names: str) -> Scripted:
    items = [
        {"last-modified": "01/03/2024 10:05:00 PM", "name": name, "type": "file", "href": name, "size": "700 KB"}
        for name in names
    ]
    return Scripted(json.dumps({"directory": {"item": items, "name": "daily-index/", "parent-dir": "../"}}).encode())


def masters(*days: str) -> Scripted:
    return listing(*(f"{kind}.{day}.idx" for day in days for kind in ("company", "crawler", "form", "master")))


def test_the_indexes_of_a_day_are_listed_best_first(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(folder(2024, 1), masters("20240103", "20240102"))
    assert list_daily_indexes(client, Quarter(2024, 1)) == {
        date(2024, 1, day): tuple(
            ListedFile(f"edgar/daily-index/2024/QTR1/{kind}.2024010{day}.idx", 699_000)
            for kind in ("master", "form", "company")
        )
        for day in (2, 3)
    }


@pytest.mark.parametrize(
    ("size", "least"), [("700 KB", 699_000), ("1 KB", 0), ("2 MB", 1_000_000), ("", 0), ("many", 0), (7, 0), (None, 0)]
)
def test_how_many_bytes_a_listed_size_promises(
    server: ScriptedServer, client: EdgarClient, size: object, least: int
) -> None:
    items = [{"name": "master.20240102.idx", "size": size}]
    server.script(folder(2024, 1), Scripted(json.dumps({"directory": {"item": items}}).encode()))
    ((file,),) = (list_daily_indexes(client, Quarter(2024, 1)) or {}).values()
    assert file.least_bytes == least


def test_the_uncompressed_one_is_preferred(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(
        folder(1998, 1),
        listing("master.980105.idx.Z", "master.980102.idx.gz", "master.980102.idx", "master.980102.idx.Z",
                "master.980105.idx.gz", "master.980106.Z", "company.980106.idx", "form.980107.gz",
                "master.19980331.idx", "sitemap.980102.xml", "master.980102.idx.bak",
                "master.999999.idx", "crawler.980108.idx"),
    )  # fmt: skip
    names = {
        day: [file.path.rsplit("/", 1)[1] for file in files]
        for day, files in (list_daily_indexes(client, Quarter(1998, 1)) or {}).items()
    }
    assert names == {
        date(1998, 1, 2): ["master.980102.idx", "master.980102.idx.gz", "master.980102.idx.Z"],
        date(1998, 1, 5): ["master.980105.idx.gz", "master.980105.idx.Z"],
        date(1998, 1, 6): ["master.980106.Z", "company.980106.idx"],
        date(1998, 1, 7): ["form.980107.gz"],
        date(1998, 3, 31): ["master.19980331.idx"],
    }


def test_a_day_with_its_form_index_alone_is_listed(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(folder(2024, 1), listing("form.20240102.idx", "company.20240102.idx"))
    (day,) = survey_days(client, date(2024, 1, 2), date(2024, 1, 2), today=date(2024, 6, 3), recent_days=2)
    assert day == ListedDay(
        date(2024, 1, 2),
        "listed",
        "edgar/daily-index/2024/QTR1/form.20240102.idx",
        ("edgar/daily-index/2024/QTR1/company.20240102.idx",),
    )


@pytest.mark.parametrize(
    ("digits", "quarter", "day"),
    [
        ("070194", (1994, 3), date(1994, 7, 1)),
        ("093094", (1994, 3), date(1994, 9, 30)),
        ("950103", (1995, 1), date(1995, 1, 3)),
        ("980331", (1998, 1), date(1998, 3, 31)),
        ("20240102", (2024, 1), date(2024, 1, 2)),
        ("20240102", (2024, 2), None),
        ("20241301", (2024, 1), None),
    ],
)
def test_dates_in_names_over_the_years(digits: str, quarter: tuple[int, int], day: date | None) -> None:
    assert date_of_name(digits, Quarter(*quarter)) == day


def test_a_quarter_that_edgar_does_not_have_is_empty(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(folder(2099, 1), Scripted(b"<Error><Code>AccessDenied</Code></Error>", 403))
    assert list_daily_indexes(client, Quarter(2099, 1)) is None


def test_a_quarter_that_cannot_be_asked_for_is_no_empty_quarter(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(folder(2024, 1), Scripted(status=503))
    with pytest.raises(EdgarDown):
        list_daily_indexes(client, Quarter(2024, 1))


@pytest.mark.parametrize(
    "body", [b"nonsense", b"\xff\xfe", b"[]", b'{"directory": []}', b'{"directory": {"item": [{"type": "file"}]}}']
)
def test_a_list_that_is_no_list_is_asked_for_again_then_refused(
    server: ScriptedServer, client: EdgarClient, body: bytes
) -> None:
    server.script(folder(2024, 1), Scripted(body))
    with pytest.raises(BrokenAnswer, match="JSON"):
        list_daily_indexes(client, Quarter(2024, 1))
    assert client.requests_made == 5


def states(client: EdgarClient, first: date, last: date, today: date, recent_days: int = 2) -> dict[str, str]:
    surveyed = survey_days(client, first, last, today=today, recent_days=recent_days)
    assert [day.index_date for day in surveyed] == sorted(day.index_date for day in surveyed)
    for day in surveyed:
        asked_for = day.state == "listed" or (day.state != "holiday" and day.index_date <= today)
        assert (day.path is not None) == asked_for
    return {day.index_date.strftime("%m-%d"): day.state for day in surveyed}


def test_why_a_day_has_no_index(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(folder(2024, 1), masters("20240102", "20240103", "20240106", "20240109", "20240110"))
    assert states(client, date(2024, 1, 1), date(2024, 1, 16), today=date(2024, 1, 12)) == {
        "01-01": "holiday",
        "01-02": "listed",
        "01-03": "listed",
        "01-04": "no index",
        "01-05": "no index",
        "01-06": "listed",  # a Saturday that has one
        "01-08": "no index",
        "01-09": "listed",
        "01-10": "listed",
        "01-11": "not published",
        "01-12": "not published",
        "01-15": "holiday",  # Martin Luther King's birthday
        "01-16": "not published",
    }
    assert client.requests_made == 1


def test_a_recent_day_may_still_come_although_a_later_one_is_listed(
    server: ScriptedServer, client: EdgarClient
) -> None:
    server.script(folder(2024, 1), masters("20240117", "20240119"))
    found = states(client, date(2024, 1, 11), date(2024, 1, 19), today=date(2024, 1, 19), recent_days=3)
    assert found["01-12"] == "no index"
    assert found["01-15"] == "holiday"
    assert found["01-16"] == "not published"  # three business days back: 18, 17, 16
    assert found["01-18"] == "not published"


def test_each_quarter_touched_is_asked_for_once_and_none_of_the_future(
    server: ScriptedServer, client: EdgarClient
) -> None:
    server.script(folder(2023, 4), masters("20231228", "20231229"))
    server.script(folder(2024, 1), masters("20240102"))
    found = states(client, date(2023, 12, 28), date(2024, 4, 2), today=date(2024, 1, 2))
    assert [asked.path for asked in server.asked] == [folder(2023, 4), folder(2024, 1)]
    assert found["12-29"] == "listed"
    assert found["04-02"] == "not published"


def test_the_first_evening_of_a_quarter_is_not_published_yet(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(folder(2024, 1), masters("20240327", "20240328"))
    server.script(folder(2024, 2), Scripted(b"<Error><Code>AccessDenied</Code></Error>", 403))
    found = states(client, date(2024, 3, 27), date(2024, 4, 1), today=date(2024, 4, 1))
    assert found == {"03-27": "listed", "03-28": "listed", "03-29": "not published", "04-01": "not published"}


def test_days_missing_at_the_end_of_an_old_quarter_do_not_come_any_more(
    server: ScriptedServer, client: EdgarClient
) -> None:
    before = [f"{day:%Y%m%d}" for day in days_between(date(2012, 10, 1), date(2012, 12, 21)) if is_business_day(day)]
    server.script(folder(2012, 4), masters(*before, "20121226", "20121227"))
    found = states(client, date(2012, 12, 24), date(2012, 12, 31), today=date(2024, 1, 2))
    assert found == {
        "12-24": "no index",
        "12-25": "holiday",
        "12-26": "listed",
        "12-27": "listed",
        "12-28": "no index",
        "12-31": "no index",
    }


def test_a_past_quarter_without_any_list_is_never_taken_for_one_without_filings(
    server: ScriptedServer, client: EdgarClient
) -> None:
    assert set(states(client, date(2012, 12, 24), date(2012, 12, 31), today=date(2024, 1, 2)).values()) == {
        "denied",
        "holiday",
    }


def test_a_list_that_lacks_many_days_of_a_past_quarter_is_damage(server: ScriptedServer, client: EdgarClient) -> None:
    last = [f"202403{day:02}" for day in (20, 21, 22, 25, 26, 27, 28, 29)]
    for lacking, state in ((6, "denied"), (5, "no index")):
        kept = days_between(date(2024, 1, 2), date(2024, 3, 19))
        business = [f"{day:%Y%m%d}" for day in kept if is_business_day(day)]
        server.script(folder(2024, 1), masters(*business[lacking:], *last))
        found = states(client, date(2024, 1, 1), date(2024, 3, 31), today=date(2024, 6, 3))
        assert Counter(found.values()) == {"listed": 62 - lacking, state: lacking, "holiday": 3}
    server.script(folder(2024, 1), masters())
    empty = states(client, date(2024, 1, 1), date(2024, 3, 31), today=date(2024, 6, 3))
    assert Counter(empty.values()) == {"denied": 62, "holiday": 3}


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(1994, 7, 5), "1994/QTR3/master.070594.idx"),
        (date(1998, 3, 31), "1998/QTR1/master.980331.idx"),
        (date(1998, 4, 1), "1998/QTR2/master.19980401.idx"),
        (date(2024, 1, 3), "2024/QTR1/master.20240103.idx"),
    ],
)
def test_a_business_day_that_the_list_lacks_comes_with_the_path_to_ask_for(
    server: ScriptedServer, client: EdgarClient, day: date, name: str
) -> None:
    quarter = Quarter.of(day)
    server.script(folder(quarter.year, quarter.number), masters())
    (found,) = survey_days(client, day, day, today=date(2024, 6, 3), recent_days=2)
    assert found.path == f"edgar/daily-index/{name}"
    assert found.other_paths == (f"edgar/daily-index/{name.replace('master', 'form')}",)


def test_a_list_that_edgar_denies_once_is_asked_for_again(server: ScriptedServer, client: EdgarClient) -> None:
    denied = Scripted(b"<Error><Code>AccessDenied</Code></Error>", 403)
    server.script(folder(2024, 1), denied, masters("20240102", "20240103"))
    found = states(client, date(2024, 1, 2), date(2024, 1, 3), today=date(2024, 2, 1))
    assert found == {"01-02": "listed", "01-03": "listed"}


def test_a_list_that_is_refused_or_without_bounds_stops_no_other(
    server: ScriptedServer, client: EdgarClient, caplog: pytest.LogCaptureFixture
) -> None:
    page = b"<html><title>Request Rate Threshold Exceeded</title></html>"
    server.script(folder(2023, 3), Scripted(page, 403))
    server.script(folder(2023, 4), zipped(bytes(5 * 2**20)))
    server.script(folder(2024, 1), masters("20240102"))
    found = states(client, date(2023, 9, 29), date(2024, 1, 2), today=date(2024, 2, 1))
    assert (found["09-29"], found["10-02"], found["01-02"]) == ("denied", "denied", "listed")
    said = caplog.text
    assert "2023/QTR3/index.json" in said
    assert "2023/QTR4/index.json is too large" in said


def test_days_before_daily_indexes_began_are_left_out_and_nothing_is_asked(client: EdgarClient) -> None:
    assert states(client, date(1, 1, 1), date(1994, 6, 30), today=date(2024, 1, 2)) == {}
    assert client.requests_made == 0


def test_an_observed_holiday_and_a_range_that_is_empty(server: ScriptedServer, client: EdgarClient) -> None:
    server.script(folder(2021, 3), masters("20210702", "20210706"))
    assert states(client, date(2021, 7, 2), date(2021, 7, 6), today=date(2024, 1, 2))["07-05"] == "holiday"
    assert survey_days(client, date(2021, 7, 6), date(2021, 7, 2), today=date(2024, 1, 2), recent_days=2) == []
