-- Work with a life of its own, written in the transaction of the deed that wants it. Workspace 0 is the server itself.

CREATE TABLE job (
    ws integer NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    lane text,
    lane_seq bigint,
    run_at bigint NOT NULL,
    tries integer NOT NULL,
    lease uuid,
    leased_until bigint,
    payload bytea NOT NULL,
    resume bytea,
    progress_done bigint,
    progress_total bigint,
    progress_code text,
    reason text,
    reason_arg text,
    by_agent uuid,
    created_at bigint NOT NULL,
    started_at bigint,
    finished_at bigint,
    cancel_asked_at bigint,
    delete_at bigint,
    PRIMARY KEY (ws, id)
);
CREATE INDEX ix_job_due ON job (kind, run_at, id) WHERE state = 'waiting';
CREATE INDEX ix_job_lease ON job (leased_until) WHERE state = 'running';
CREATE INDEX ix_job_lane ON job (ws, lane, lane_seq) WHERE lane IS NOT NULL AND finished_at IS NULL;
CREATE INDEX ix_job_state ON job (ws, state, kind, id);
CREATE INDEX ix_job_delete ON job (delete_at) WHERE delete_at IS NOT NULL;

-- A lane that has unfinished jobs. Whoever adds to it or finishes its first job holds this row.
CREATE TABLE job_lane (
    ws integer NOT NULL,
    lane text NOT NULL,
    last_seq bigint NOT NULL,
    PRIMARY KEY (ws, lane)
);

CREATE TABLE job_schedule (
    ws integer NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    payload bytea NOT NULL,
    rule text NOT NULL,
    time_zone text NOT NULL,
    next_at bigint NOT NULL,
    last_at bigint,
    PRIMARY KEY (ws, name)
);
CREATE INDEX ix_job_schedule_next ON job_schedule (next_at);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['job', 'job_lane', 'job_schedule']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON job, job_lane, job_schedule TO {app}, {writer};
