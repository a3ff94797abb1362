-- Work with a life of its own, written in the transaction of the deed that wants it. Workspace 0 is the server itself.

CREATE TABLE job (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    lane TEXT,
    lane_seq INTEGER,
    run_at INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    lease BLOB,
    leased_until INTEGER,
    payload BLOB NOT NULL,
    resume BLOB,
    progress_done INTEGER,
    progress_total INTEGER,
    progress_code TEXT,
    reason TEXT,
    reason_arg TEXT,
    by_agent BLOB,
    created_at INTEGER NOT NULL,
    started_at INTEGER,
    finished_at INTEGER,
    cancel_asked_at INTEGER,
    delete_at INTEGER,
    PRIMARY KEY (ws, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_job_due ON job (kind, run_at, id) WHERE state = 'waiting';
CREATE INDEX ix_job_lease ON job (leased_until) WHERE state = 'running';
CREATE INDEX ix_job_lane ON job (ws, lane, lane_seq) WHERE lane IS NOT NULL AND finished_at IS NULL;
CREATE INDEX ix_job_state ON job (ws, state, kind, id);
CREATE INDEX ix_job_delete ON job (delete_at) WHERE delete_at IS NOT NULL;

-- A lane that has unfinished jobs. Whoever adds to it or finishes its first job holds this row.
CREATE TABLE job_lane (
    ws INTEGER NOT NULL,
    lane TEXT NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (ws, lane)
) STRICT, WITHOUT ROWID;

CREATE TABLE job_schedule (
    ws INTEGER NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    payload BLOB NOT NULL,
    rule TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    next_at INTEGER NOT NULL,
    last_at INTEGER,
    PRIMARY KEY (ws, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_job_schedule_next ON job_schedule (next_at);
