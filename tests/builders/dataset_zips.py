"""Small data sets, member by member."""

import io
import zipfile

from form4lake.parsers import DatasetReading, Filing, parse_dataset_batch, read_dataset

SUBMISSION = (
    "ACCESSION_NUMBER\tFILING_DATE\tPERIOD_OF_REPORT\tDATE_OF_ORIG_SUB\tNO_SECURITIES_OWNED\tNOT_SUBJECT_SEC16\t"
    "FORM3_HOLDINGS_REPORTED\tFORM4_TRANS_REPORTED\tDOCUMENT_TYPE\tISSUERCIK\tISSUERNAME\tISSUERTRADINGSYMBOL\tREMARKS\n"
    "0001127602-24-000001\t02-JAN-2024\t29-DEC-2023\t\t\tfalse\t\t\t4\t0000320193\tApple Inc.\tNASDAQ: AAPL\t"
    '"See ""Remarks"""\n'
)
OWNERS = (
    "ACCESSION_NUMBER\tRPTOWNERCIK\tRPTOWNERNAME\tRPTOWNER_RELATIONSHIP\tRPTOWNER_TITLE\tRPTOWNER_TXT\t"
    "RPTOWNER_STREET1\tRPTOWNER_STREET2\tRPTOWNER_CITY\tRPTOWNER_STATE\tRPTOWNER_ZIPCODE\tRPTOWNER_STATE_DESC\tFILE_NUMBER\n"
    "0001127602-24-000001\t0001214156\tCOOK TIMOTHY D\tDirector,Officer\tCEO\t\t1 Apple Park Way\t\tCupertino\tCA"
    "\t95014\t\t001-36743\n"
)
_TRADE = [
    "SECURITY_TITLE",
    "SECURITY_TITLE_FN",
    "TRANS_DATE",
    "TRANS_DATE_FN",
    "DEEMED_EXECUTION_DATE",
    "DEEMED_EXECUTION_DATE_FN",
    "TRANS_FORM_TYPE",
    "TRANS_CODE",
    "EQUITY_SWAP_INVOLVED",
    "EQUITY_SWAP_TRANS_CD_FN",
    "TRANS_TIMELINESS",
    "TRANS_TIMELINESS_FN",
    "TRANS_SHARES",
    "TRANS_SHARES_FN",
    "TRANS_PRICEPERSHARE",
    "TRANS_PRICEPERSHARE_FN",
    "TRANS_ACQUIRED_DISP_CD",
    "TRANS_ACQUIRED_DISP_CD_FN",
    "SHRS_OWND_FOLWNG_TRANS",
    "SHRS_OWND_FOLWNG_TRANS_FN",
    "VALU_OWND_FOLWNG_TRANS",
    "VALU_OWND_FOLWNG_TRANS_FN",
    "DIRECT_INDIRECT_OWNERSHIP",
    "DIRECT_INDIRECT_OWNERSHIP_FN",
    "NATURE_OF_OWNERSHIP",
    "NATURE_OF_OWNERSHIP_FN",
]
TRADE_COLUMNS = ["ACCESSION_NUMBER", "NONDERIV_TRANS_SK", *_TRADE]


def trade(key: object, accession: str = "0001127602-24-000001", **values: str) -> str:
    """A line of NONDERIV_TRANS."""
    row = {"SECURITY_TITLE": "Common Stock", "TRANS_DATE": "29-DEC-2023", **values}
    return "\t".join([accession, str(key), *(row.get(name, "") for name in _TRADE)]) + "\n"


def trades(*lines: str) -> str:
    """NONDERIV_TRANS with these lines."""
    return "\t".join(TRADE_COLUMNS) + "\n" + "".join(lines)


def zipped(**members: str | bytes) -> bytes:
    """A data set of these members and, where it is not given, a SUBMISSION of one filing."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {"SUBMISSION": SUBMISSION, **members}.items():
            archive.writestr(f"{name}.tsv", text)
    return packed.getvalue()


def read(content: bytes) -> tuple[list[Filing], DatasetReading]:
    """All of its filings, and the reading with its problems."""
    reading = read_dataset(io.BytesIO(content))
    return [filing for batch in reading.batches() for filing in parse_dataset_batch(batch)], reading
