"""Paper forms of 1993 to 2003 as filers typed them: their parts, and whole submissions of them."""

from typing import Any

from form4lake.parsers import Filing, parse_submission
from form4lake.tables import TABLES

HEADER = """<SEC-DOCUMENT>0000950100-99-000123.txt : 19991109
<SEC-HEADER>0000950100-99-000123.hdr.sgml : 19991109
ACCESSION NUMBER:\t\t0000950100-99-000123
CONFORMED SUBMISSION TYPE:\t{form}
PUBLIC DOCUMENT COUNT:\t\t1
CONFORMED PERIOD OF REPORT:\t19991031
FILED AS OF DATE:\t\t19991109

SUBJECT COMPANY:

\tCOMPANY DATA:
\t\tCOMPANY CONFORMED NAME:\t\t\tEXAMPLE WIDGETS INC
\t\tCENTRAL INDEX KEY:\t\t\t0000123456

\tBUSINESS ADDRESS:
\t\tSTREET 1:\t\t1 FACTORY LANE
\t\tCITY:\t\t\tSPRINGFIELD
{owners}</SEC-HEADER>
<DOCUMENT>
<TYPE>{form}
<SEQUENCE>1
<TEXT>
{text}
</TEXT>
</DOCUMENT>
</SEC-DOCUMENT>
"""
OWNER = """<REPORTING-OWNER>

COMPANY DATA:
\tCOMPANY CONFORMED NAME:\t\t\tDOE JANE
\tCENTRAL INDEX KEY:\t\t\t0000654321
<RELATIONSHIP>OFFICER

BUSINESS ADDRESS:
\tSTREET 1:\t\t2 OFFICE ROAD
\tCITY:\t\t\tSHELBYVILLE
\tSTATE:\t\t\tIL
\tZIP:\t\t\t60606
</REPORTING-OWNER>
"""
FRONT = """FORM 4
STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP
[X] Check this box if no longer subject to Section 16.
1. Name and Address of Reporting Person
   Doe, Jane
2. Issuer Name and Ticker or Trading Symbol
   Example Widgets, Inc. (EXW)
4. Statement for Month/Year
   October 31, 1999
6. Relationship of Reporting Person(s) to Issuer
   ( ) Director ( ) 10% Owner (X) Officer (give title below) ( ) Other
   (specify below)
   Vice President, Finance
"""
BACK = """Explanation of Responses:
(1) Held by a trust
    for her children.
(2) Average price.
** Intentional misstatements or omissions of facts constitute Federal Criminal Violations.
/s/ Jane Doe                      November 8, 1999
**Signature of Reporting Person   Date
"""
RULED_1 = """Table I -- Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned
__________________________________________________________________________________________
1. Title of Security |2. Trans-|3. Code|V|4. Amount |A/D|Price    |5. Amount |6. |7. Nature|
                     |action   |       | |          |   |         |of Secu-  |D/I|of       |
                     |Date     |       | |          |   |         |rities    |   |         |
__________________________________________________________________________________________|
"""


RULED_2 = """Table II -- Derivative Securities Acquired, Disposed of, or Beneficially Owned
1. Title |2. Price  |3. Date |4. Code |V |5. Number |A/D |6. Date |Expir |7. Title |Number |8. Price |9. |10. |11. |
------------------------------------------------------------------------------------------------------------------
"""
INITIAL_1 = """Table I -- Non-Derivative Securities Beneficially Owned
1. Title of Security      |2. Amount   |3. D/I |4. Nature of Indirect |
--------------------------|------------|-------|----------------------|
"""
INITIAL_2 = """Table II -- Derivative Securities Beneficially Owned
1. Title of Derivative |2. Date   |Expir-  |3. Title     |Amount |4. Price |5. D/I |6. Nature |
-----------------------|----------|--------|-------------|-------|---------|-------|----------|
"""
SPELT = """<TABLE>
<CAPTION>
TABLE I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned
1. Title of     2. Trans-   3. Trans-  4. Securities Acquired (A)      5. Amount of   6. Owner-  7. Nature of
Security        action      action     or Disposed of (D)              Securities     ship       Indirect
                Date        Code       Amount   (A) or (D)   Price     Beneficially   Form       Ownership
                                                                       Owned
<S>             <C>         <C>        <C>      <C>          <C>       <C>            <C>        <C>
Common Stock    10/15/99    S          1,000    D            $12.50    25,000         D
Common Stock    10/16/99    G            500    D                      24,500         I          By spouse
                                                                                                 and trust
Common Stock    10/17/99    S          1,000    D         12.50 25,000 25,000         D
Preferred                                                              300            I          By trust (1)
</TABLE>
"""


def submission(text: str, form: str = "4", owners: str = OWNER) -> bytes:
    return HEADER.format(form=form, owners=owners, text=text).encode()


def parse(text: str, form: str = "4", owners: str = OWNER) -> Filing:
    return parse_submission(submission(text, form, owners))


def shown(record: object) -> dict[str, Any]:
    names = [column.name for column in next(t for t in TABLES.values() if t.record is type(record)).columns]
    return {name: getattr(record, name) for name in names if getattr(record, name, None) is not None}


def kept(filing: Filing) -> str:
    return "\n".join(issue.raw_value or "" for issue in filing.parse_issues)
