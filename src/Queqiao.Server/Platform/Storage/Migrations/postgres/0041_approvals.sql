-- What somebody wants to do and somebody else has to agree to.
CREATE TABLE approval (
    ws integer NOT NULL,
    id uuid NOT NULL,
    act text NOT NULL,
    state text NOT NULL,
    method text NOT NULL,
    route text NOT NULL,
    path text NOT NULL,
    request bytea,
    reason bytea,
    requested_by uuid NOT NULL,
    requested_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    decided_by uuid,
    decided_at bigint,
    note bytea,
    finished_at bigint,
    outcome integer,
    outcome_code text,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, requested_by) REFERENCES agent (ws, id),
    FOREIGN KEY (ws, decided_by) REFERENCES agent (ws, id)
);
CREATE INDEX ix_approval_state ON approval (ws, state, id);
CREATE INDEX ix_approval_requester ON approval (ws, requested_by, id);
CREATE INDEX ix_approval_decider ON approval (ws, decided_by);

-- Deeds that need a second person.
CREATE TABLE approval_rule (
    ws integer NOT NULL,
    act text NOT NULL,
    since bigint NOT NULL,
    PRIMARY KEY (ws, act),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['approval', 'approval_rule']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON approval TO {app}, {writer};
GRANT SELECT, INSERT, DELETE ON approval_rule TO {app}, {writer};
