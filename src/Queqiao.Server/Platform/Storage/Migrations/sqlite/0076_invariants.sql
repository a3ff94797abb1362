-- How the last look at what must hold at every moment ended.
CREATE TABLE invariant_check (
    ws INTEGER NOT NULL,
    no INTEGER NOT NULL,
    checked_at INTEGER NOT NULL,
    looked INTEGER NOT NULL,
    broken INTEGER NOT NULL,
    sample TEXT,
    took_ms INTEGER NOT NULL,
    PRIMARY KEY (ws, no)
) STRICT;
