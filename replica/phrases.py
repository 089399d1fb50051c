"""What filers write in titles, footnotes and remarks; `{low}`, `{high}` and `{year}` are filled in."""

from __future__ import annotations

SHARES = (
    "Class A Common Stock",
    "Common Stock, par value $0.01",
    "Ordinary Shares",
    "Common Shares of Beneficial Interest",
    "American Depositary Shares",
    "Common Units & LP Interests",
)
CONVERTIBLES = (
    "Series A Convertible Preferred Stock",
    "Series B Preferred Stock",
    "Class B Common Stock",
    "5.00% Convertible Senior Notes due 2031",
    "Warrant (right to buy)",
    "Restricted Stock Units",
)
OTHER_CODES = (
    ("D", "D"),
    ("J", "A"),
    ("J", "D"),
    ("I", "D"),
    ("U", "D"),
    ("W", "A"),
    ("L", "A"),
    ("Z", "D"),
    ("O", "A"),
    ("K", "A"),
)
OTHER_DERIVATIVE_CODES = (("E", "D"), ("H", "D"), ("S", "D"), ("P", "A"), ("D", "D"), ("J", "A"))
NATURES = (
    "By Trust",
    "By Spouse",
    "By 401(k) Plan",
    "By LLC",
    "See Footnote",
    "See footnotes",
    "By IRA",
    "UTMA custodian for son & daughter",
)
PRICES = (
    "The price reported in Column 4 is a weighted average price. These shares were traded in multiple transactions at"
    " prices ranging from ${low} to ${high}, inclusive.",
    "The reporting person undertakes to provide to the issuer, any security holder, or the staff of the Securities and"
    " Exchange Commission, upon request, full information regarding the number of shares at each separate price.",
    "Price is net of commissions of < $0.01 a share.",
)
CODINGS = (
    "Pro rata distribution, for no consideration, by the fund to its partners.",
    "Transaction made under a Rule 10b5-1 trading plan adopted by the reporting person on March 4, {year}.",
)
VESTING = (
    "The restricted stock units vest in four annual instalments, beginning on the first anniversary of the grant.",
    "Fully vested and exercisable.",
    "25% of the option vests one year after the grant date; the rest vests monthly over 36 months.",
    "The security does not expire.",
)
CONVERSIONS = (
    "Each restricted stock unit (“RSU”) represents a contingent right to receive one share of the issuer's stock.",
    "Each share converts automatically, on a one-for-one basis, upon the closing of the issuer's initial offering.",
)
NOTES = (
    "Includes 1,204 shares acquired under the issuer's Employee Stock Purchase Plan in exempt transactions.",
    "Shares withheld by the issuer to satisfy tax obligations, in accordance with Rule 16b-3(e).",
    "The sales were effected pursuant to a Rule 10b5-1 trading plan adopted on September 12, {year}.",
    'Represents a grant under the {year} Omnibus Incentive Plan (the "Plan").',
    "Adjusted for a 3-for-2 stock split; fractional shares were settled in cash.",
)
NATURE_NOTES = (
    "The reporting person disclaims beneficial ownership except to the extent of any pecuniary interest therein.",
    "Held by a family trust, of which the reporting person and spouse are co-trustees.",
    "Held of record by the fund, whose general partner may be deemed to share voting & dispositive power.",
)
REMARKS = (
    "Exhibit 24 - Power of Attorney.",
    "Officer title: Executive Vice President, Research & Development.",
    "This Form 4 is the first of two, as the number of rows is limited to 30 in a filing.",
    "The reporting persons may be deemed members of a “group” under Section 13(d).",
)
EXIT_REMARKS = "The reporting person resigned from the board, and is no longer subject to Section 16."
