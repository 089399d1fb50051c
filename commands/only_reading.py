"""What `form4 sql` lets through: statements that read, and those that make something which ends with the connection.

The lake's catalog is open for reading only, so what inserts, updates and deletes can do so in temporary tables alone.
"""

from collections.abc import Sequence

import duckdb

_READING = {
    duckdb.StatementType.SELECT,  # SHOW, DESCRIBE and SUMMARIZE too
    duckdb.StatementType.EXPLAIN,
    duckdb.StatementType.SET,
    duckdb.StatementType.INSERT,
    duckdb.StatementType.UPDATE,
    duckdb.StatementType.DELETE,
}
_SELECTING = frozenset(
    {"select", "with", "from", "values", "table", "(", "show", "describe", "desc", "summarize"}
    | {"pivot", "pivot_wider", "pivot_longer", "unpivot"}
)
"""How a statement begins that selects; DuckDB gives every statement with a PIVOT in it one type, a COPY too."""
_OWN = frozenset({"table", "view", "macro", "function"})
"""What one can make for oneself; a secret or an extension would outlive the connection."""


def reading_statements(connection: duckdb.DuckDBPyConnection, text: str) -> list[duckdb.Statement]:
    """The statements of a text.

    Raises:
        duckdb.Error: it cannot be parsed, or one of them is not allowed.
    """
    statements = connection.extract_statements(text)
    for each in statements:
        kind, query = each.type, each.query
        found = _tokens(query)
        if found and found[0][1] == "explain":
            query = _after_explain(query, found)
            (asked,) = connection.extract_statements(query)
            kind, found = asked.type, _tokens(query)
        words = [word for _, word in found]
        if not _allowed(kind, words):
            raise duckdb.InvalidInputException(_refusal(kind, words))
    return statements


def has_answer(statement: duckdb.Statement) -> bool:
    """Whether there are rows to show: not of what is made, changed or set."""
    multiple = statement.type == duckdb.StatementType.MULTI
    return statement.type in (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN) or (
        multiple and words_of(statement.query)[0] in _SELECTING
    )


def is_whole(connection: duckdb.DuckDBPyConnection, text: str) -> bool:
    """Whether a text ends where no statement is begun: after a semicolon that is in no quotes and no comment."""
    try:
        connection.extract_statements(text)
    except duckdb.ParserException as wrong:
        if "unterminated" in str(wrong):
            return False
    words = words_of(text)
    return not words or words[-1] == ";"


def words_of(query: str) -> list[str]:
    """DuckDB's own tokens of a text in lower case, without comments."""
    return [word for _, word in _tokens(query)]


def _allowed(kind: duckdb.StatementType, words: Sequence[str]) -> bool:
    if kind == duckdb.StatementType.MULTI:
        return words[0] in _SELECTING or _is_own(words)
    return kind in _READING or _is_own(words)


def _is_own(words: Sequence[str]) -> bool:
    """Whether a statement makes, or drops, a temporary table, view or macro; of the lake's, DuckDB drops none."""
    if words[0] == "drop":
        return words[1] in _OWN
    made = [word for word in words[:5] if word not in ("or", "replace")]
    return made[0] == "create" and made[1] in ("temp", "temporary") and made[2] in _OWN


def _refusal(kind: duckdb.StatementType, words: Sequence[str]) -> str:
    what = words[0].upper() if kind == duckdb.StatementType.MULTI else kind.name
    if what == "CREATE":
        return (
            "CREATE is not allowed: form4 sql only reads. For yourself, until it ends: CREATE TEMP TABLE, VIEW or MACRO"
        )
    return (
        f"{what} is not allowed: form4 sql only reads. For a file of an answer: "
        'form4 sql --format parquet "SELECT …" > FILE'
    )


def _tokens(query: str) -> list[tuple[int, str]]:
    """DuckDB's own tokens of a statement, without comments: where each begins, in bytes, and its text in lower case."""
    raw = query.encode()
    found = duckdb.tokenize(query)
    ends = [*(offset for offset, _ in found[1:]), len(raw)]
    return [
        (offset, raw[offset:end].decode().strip().lower())
        for (offset, kind), end in zip(found, ends, strict=False)  # no token at all has an end
        if kind != duckdb.token_type.comment
    ]


def _after_explain(query: str, tokens: list[tuple[int, str]]) -> str:
    """What an EXPLAIN explains: the statement behind its options, which are ANALYZE or stand in parentheses."""
    place = 1
    words = [word for _, word in tokens]
    if words[1] == "(" and words[2] not in _SELECTING:
        depth = 0
        while place < len(tokens):
            depth += {"(": 1, ")": -1}.get(words[place], 0)
            place += 1
            if not depth:
                break
    elif words[1] == "analyze":
        place += 1
    return query.encode()[tokens[place][0] :].decode()
