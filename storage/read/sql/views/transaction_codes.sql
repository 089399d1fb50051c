-- What does each transaction code of the forms mean? (Specification, section 3.6.9, and the forms' instructions.)
-- @code: Transaction code, one letter.
-- @meaning: What it stands for.
SELECT code, meaning
FROM (
    VALUES
        ('P', 'purchase, open market or private'),
        ('S', 'sale, open market or private'),
        ('V', 'reported voluntarily early'),
        ('A', 'grant or award (Rule 16b-3(d))'),
        ('D', 'disposition to the issuer (Rule 16b-3(e))'),
        ('F', 'exercise price or tax paid with securities'),
        ('I', 'discretionary transaction (Rule 16b-3(f))'),
        ('M', 'exercise or conversion of an exempt derivative (Rule 16b-3)'),
        ('C', 'conversion of a derivative'),
        ('E', 'expiration of a short derivative position'),
        ('H', 'expiration of a long derivative position with value received'),
        ('O', 'exercise of an out-of-the-money derivative'),
        ('X', 'exercise of an in-the-money or at-the-money derivative'),
        ('G', 'gift'),
        ('L', 'small acquisition (Rule 16a-6)'),
        ('W', 'will or laws of descent'),
        ('Z', 'deposit into or withdrawal from a voting trust'),
        ('J', 'other, described in a footnote'),
        ('K', 'equity swap or similar instrument'),
        ('U', 'tender of shares in a change of control')
) AS codes (code, meaning)
