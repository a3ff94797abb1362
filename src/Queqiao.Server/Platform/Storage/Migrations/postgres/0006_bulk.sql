-- Changes of many conversations at once: what was wished, how far it came, and what can be undone.

CREATE TABLE bulk_change (
    ws integer NOT NULL,
    id uuid NOT NULL,
    by_agent uuid NOT NULL,
    job_id uuid NOT NULL,
    action text NOT NULL,
    total integer NOT NULL,
    changed integer NOT NULL,
    unchanged integer NOT NULL,
    failed integer NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    undo_job_id uuid,
    undone integer NOT NULL,
    not_undone integer NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, by_agent) REFERENCES agent (ws, id)
);
CREATE INDEX ix_bulk_change_agent ON bulk_change (ws, by_agent, created_at);
CREATE INDEX ix_bulk_change_created ON bulk_change (created_at);

-- Conversations that were changed (seq: the last entry of the change; before: what it replaced) or could not be (reason).
CREATE TABLE bulk_item (
    ws integer NOT NULL,
    bulk_id uuid NOT NULL,
    conversation_id uuid NOT NULL,
    seq bigint,
    before text,
    reason text,
    reason_arg text,
    undone_at bigint,
    PRIMARY KEY (ws, bulk_id, conversation_id),
    FOREIGN KEY (ws, bulk_id) REFERENCES bulk_change (ws, id)
);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['bulk_change', 'bulk_item']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON bulk_change, bulk_item TO {app}, {writer};
