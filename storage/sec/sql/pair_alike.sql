-- Of the candidates, the pairs that no better one of either row forbids; run again while candidates are left.
INSERT INTO pairs
SELECT o, t
FROM candidates
QUALIFY row_number() OVER (PARTITION BY o ORDER BY score DESC, o, t) = 1
    AND row_number() OVER (PARTITION BY t ORDER BY score DESC, o, t) = 1;

CREATE OR REPLACE TABLE candidates AS
FROM candidates c
ANTI JOIN pairs p ON p.o = c.o
ANTI JOIN pairs q ON q.t = c.t;
