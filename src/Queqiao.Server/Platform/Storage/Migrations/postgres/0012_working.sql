-- What colleagues keep for their work: lists of their own, unsent words; and answers that are given again to a repeated request.
CREATE TABLE saved_view (
    ws integer NOT NULL,
    id uuid NOT NULL,
    owner_id uuid NOT NULL,
    shared boolean NOT NULL,
    name text NOT NULL,
    conditions text NOT NULL,
    sort text NOT NULL,
    position integer NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, owner_id) REFERENCES agent (ws, id)
);
CREATE INDEX ix_saved_view_owner ON saved_view (ws, owner_id);

-- text is sealed; NULL: sent or given up, the version goes on counting.
CREATE TABLE draft (
    ws integer NOT NULL,
    conversation_id uuid NOT NULL,
    agent_id uuid NOT NULL,
    kind text NOT NULL,
    version bigint NOT NULL,
    text bytea,
    updated_at bigint NOT NULL,
    PRIMARY KEY (ws, conversation_id, agent_id, kind),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id),
    FOREIGN KEY (ws, agent_id) REFERENCES agent (ws, id)
);
CREATE INDEX ix_draft_agent ON draft (ws, agent_id);

-- key, request: the first 128 bits of SHA-256 over (agent, key) and over method, address and body. answer is sealed; NULL: still at work.
CREATE TABLE idempotency_key (
    ws integer NOT NULL,
    key uuid NOT NULL,
    request uuid NOT NULL,
    status integer,
    content_type text,
    location text,
    answer bytea,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, key)
);
CREATE INDEX ix_idempotency_key_created ON idempotency_key (created_at);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['saved_view', 'draft', 'idempotency_key']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON saved_view, draft, idempotency_key TO {app}, {writer};
