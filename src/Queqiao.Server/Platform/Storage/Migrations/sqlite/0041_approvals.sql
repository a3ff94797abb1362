-- What somebody wants to do and somebody else has to agree to.
CREATE TABLE approval (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    act TEXT NOT NULL,
    state TEXT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    path TEXT NOT NULL,
    request BLOB,
    reason BLOB,
    requested_by BLOB NOT NULL,
    requested_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    decided_by BLOB,
    decided_at INTEGER,
    note BLOB,
    finished_at INTEGER,
    outcome INTEGER,
    outcome_code TEXT,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, requested_by) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, decided_by) REFERENCES agent (ws, id)
) STRICT;
CREATE INDEX ix_approval_state ON approval (ws, state, id);
CREATE INDEX ix_approval_requester ON approval (ws, requested_by, id);
CREATE INDEX ix_approval_decider ON approval (ws, decided_by);

-- Deeds that need a second person.
CREATE TABLE approval_rule (
    ws INTEGER NOT NULL,
    act TEXT NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (ws, act),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
