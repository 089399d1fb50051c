"""Paper forms typed by hand in the ways of 1996 to 2003, with what makes each of them hard in its name."""
# ruff: noqa: E501  The forms are as wide as they were typed.

OWNER = """<REPORTING-OWNER>

COMPANY DATA:
\tCOMPANY CONFORMED NAME:\t\t\tDOE JANE Q
\tCENTRAL INDEX KEY:\t\t\t0000654321
<RELATIONSHIP>OFFICER
</REPORTING-OWNER>
"""
TABLE_I = """TABLE I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned
<TABLE>
<CAPTION>
1. Title of Security   2. Date    3. Code V  4. Amount  A/D  Price     5. Amount Owned  6. D/I  7. Nature of Ownership
<S>                    <C>        <C>     <C><C>        <C>  <C>       <C>              <C>     <C>
Common Stock           10/15/99   S          1,000      D    $12.50    25,000           D
</TABLE>
"""
ITEMS = """FORM 4
1. Name and Address of Reporting Person
   Doe, Jane Q.
2. Issuer Name and Ticker or Trading Symbol
   Example Widgets, Inc. (EXW)
4. Statement for Month/Year
   October 1999
6. Relationship of Reporting Person(s) to Issuer
   (X) Officer (give title below)
   Vice President
"""
EXAMPLES: dict[str, str] = {}
EXAMPLES["the date before the signature"] = (
    ITEMS
    + TABLE_I
    + """Explanation of Responses:
(1) Note one
    goes on.

Dated: November 8, 1999                     /s/ Jane Q. Doe
                                            ---------------
                                            Jane Q. Doe
"""
)
EXAMPLES["an attorney, and notes below"] = (
    ITEMS
    + TABLE_I
    + """
By: /s/ John Smith, Attorney-in-Fact for Jane Q. Doe   11/8/99
**Signature of Reporting Person                        Date
Footnote 1: Sold under a plan.
Footnote 2: Another.
"""
)
EXAMPLES["a name behind its caption"] = (
    ITEMS
    + TABLE_I
    + """
Signature of Reporting Person: Jane Q. Doe
Date: November 8, 1999

1. Sold under a plan.
2. Held by trust.
   The trustee is the spouse.
"""
)
EXAMPLES["the caption above the signature"] = (
    ITEMS
    + TABLE_I
    + """
**Signature of Reporting Person
/s/Jane Q. Doe
Date
11/8/99

* Shares held in trust.
"""
)
EXAMPLES["a name above its caption"] = (
    ITEMS
    + TABLE_I
    + """
                           JANE Q. DOE                November 8, 1999
                           ____________________________  ________
                           **Signature of Reporting Person  Date
Remarks: The reporting person left the company.
"""
)
EXAMPLES["explained by nothing"] = (
    ITEMS
    + TABLE_I
    + """
EXPLANATION OF RESPONSES:
None

SIGNATURE OF REPORTING PERSON(S)

Jane Q. Doe
November 8, 1999

By: Robert Roe
    Attorney-in-Fact
"""
)
EXAMPLES["boxes of pipes"] = (
    """FORM 4
______________________________________________________________________________________________________________
|1. Name and Address of Reporting Person*|2. Issuer Name and Ticker or Trading Symbol|6. Relationship of Reporting Person(s) to Issuer|
|   Doe      Jane     Q.                 |   Example Widgets, Inc. (EXW)             |   (Check all applicable)                       |
|  (Last)   (First)  (Middle)            |                                           | _X_ Director    ___ 10% Owner                  |
|   100 Main Street                      |-------------------------------------------| _X_ Officer     ___ Other                      |
|       (Street)                         |3. IRS or Social  |4. Statement for        | (give title below)  (specify below)            |
|   Springfield   IL   62701             |   Security Number|   Month/Year           |    Vice President & CFO                        |
|  (City)     (State)  (Zip)             |   123-45-6789    |   10/99                |                                                |
______________________________________________________________________________________________________________
"""
    + TABLE_I
    + "/s/ Jane Q. Doe  11/8/99\n"
)
EXAMPLES["labels beside each other"] = (
    ITEMS
    + """Table I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned
1. Title of Security: Common Stock
2. Transaction Date: 10/15/99
3. Transaction Code: S
4. Securities Acquired (A) or Disposed of (D): Amount: 10,000 (A) or (D): D Price: $12.375
5. Amount of Securities Beneficially Owned at End of Month: 110,000 (1)
6. Ownership Form: Direct (D) or Indirect (I): I
7. Nature of Indirect Beneficial Ownership: See Footnote (2)

1. Title of Security: Class B Common Stock (1)
2. Transaction Date: 10/16/99   3. Transaction Code: P   V: V
4. Amount: 500  (A) or (D): A  Price: 12 3/8
5. Amount of Securities Beneficially Owned at End of Month: 500
6. Ownership Form: D

Table II - Derivative Securities: None

/s/ Jane Q. Doe
November 8, 1999
(1) Note one.
(2) Note two.
"""
)
EXAMPLES["a printer's page"] = """<HTML><BODY><CENTER>FORM 4</CENTER>
<TABLE><TR><TD>1. Name and Address of Reporting Person*</TD><TD COLSPAN=2>2. Issuer Name <B>and</B> Ticker or Trading Symbol</TD><TD>6. Relationship of Reporting Person(s) to Issuer<BR>(Check all applicable)</TD></TR>
<TR><TD>Doe, Jane Q.<BR>100 Main Street<BR>Springfield, IL 62701</TD><TD COLSPAN=2>Example Widgets, Inc. (NYSE: EXW)</TD><TD><TABLE><TR><TD>X</TD><TD>Director</TD><TD>&nbsp;</TD><TD>10% Owner</TD></TR><TR><TD>X</TD><TD>Officer (give title below)</TD><TD></TD><TD>Other (specify below)</TD></TR></TABLE>Vice President</TD></TR>
<TR><TD>3. I.R.S. Identification Number of Reporting Person, if an entity (voluntary)</TD><TD>4. Statement for Month/Year<BR>October 1999</TD><TD>5. If Amendment, Date of Original (Month/Year)</TD><TD>7. Individual or Joint/Group Filing (Check Applicable Line)<BR>X Form filed by One Reporting Person<BR>__ Form filed by More than One Reporting Person</TD></TR></TABLE>
<TABLE><TR><TD COLSPAN=10>Table I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned</TD></TR>
<TR><TD>1.</TD><TD>Title of Security<BR>(Instr. 3)</TD><TD>2.</TD><TD>Transaction Date</TD><TD COLSPAN=2>3. Transaction Code</TD><TD COLSPAN=3>4. Securities Acquired (A) or Disposed of (D)</TD><TD>5.</TD><TD>Amount of Securities Beneficially Owned</TD><TD>6. Ownership Form</TD><TD>7. Nature</TD></TR>
<TR><TD></TD><TD></TD><TD></TD><TD></TD><TD>Code</TD><TD>V</TD><TD>Amount</TD><TD>(A) or (D)</TD><TD>Price</TD><TD></TD><TD></TD><TD></TD><TD></TD></TR>
<TR><TD></TD><TD>Common Stock<SUP>(1)</SUP></TD><TD></TD><TD>10/15/99</TD><TD>S</TD><TD></TD><TD>1,000</TD><TD>D</TD><TD>$12.50</TD><TD></TD><TD>25,000</TD><TD>D</TD><TD></TD></TR>
<TR><TD></TD><TD>Common Stock</TD><TD></TD><TD>10/16/99</TD><TD>S</TD><TD></TD><TD>1,000</TD><TD>D</TD><TD>$12.75</TD><TD></TD><TD>24,000</TD><TD>I</TD><TD>By trust (2)</TD></TR>
</TABLE>
<P>/s/ Jane Q. Doe &nbsp;&nbsp;&nbsp; November 8, 1999</P><P>** Signature of Reporting Person &nbsp; Date</P>
<P>Explanation of Responses:</P><P>(1) Note one.</P><P>(2) Note two.</P></BODY></HTML>
"""
EXAMPLES["a form 5 of lines"] = (
    """FORM 5
ANNUAL STATEMENT OF CHANGES IN BENEFICIAL OWNERSHIP
[ ] Check box if no longer subject to Section 16.
[X] Form 3 Holdings Reported
[ ] Form 4 Transactions Reported
1. Name and Address of Reporting Person: Doe, Jane Q., 100 Main Street, Springfield, IL 62701
2. Issuer Name and Ticker or Trading Symbol: Example Widgets, Inc. - EXW
4. Statement for Month/Year: 10/99
5. If Amendment, Date of Original (Month/Year): 9/99
6. Relationship of Reporting Person to Issuer: Officer (Vice President)
7. Individual or Joint/Group Filing: Form filed by One Reporting Person
"""
    + TABLE_I.replace(" V ", "   ").replace("<C>     <C><C>", "<C>        <C>")
    + "/s/ Jane Q. Doe  11/8/99\n"
)
EXAMPLES["a table cut by a page"] = (
    ITEMS
    + """TABLE I - Non-Derivative Securities Acquired, Disposed of, or Beneficially Owned
<TABLE>
<CAPTION>
1. Title of Security   2. Date    3. Code V  4. Amount  A/D  Price     5. Amount Owned  6. D/I  7. Nature of Ownership
<S>                    <C>        <C>     <C><C>        <C>  <C>       <C>              <C>     <C>
Common Stock           10/15/99   S          1,000      D    $12.50
Common Stock           10/16/99   S          2,000      D    $12.50
<PAGE>
Jane Q. Doe                                     Form 4                                   Page 2 of 3
1. Title of Security   2. Date    3. Code V  4. Amount  A/D  Price     5. Amount Owned  6. D/I  7. Nature of Ownership
Common Stock           10/17/99   S          3,000      D    $12.50    25,000           D
</TABLE>
/s/ Jane Q. Doe  11/8/99
"""
)
