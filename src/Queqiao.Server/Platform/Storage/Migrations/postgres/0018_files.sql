-- Files of messages. The bytes are blobs below DATA/files; name and key are sealed.
CREATE TABLE file (
    ws integer NOT NULL,
    id uuid NOT NULL,
    state text NOT NULL,
    owner_kind text NOT NULL,
    owner_key uuid NOT NULL,
    name bytea,
    kind text NOT NULL,
    content_type text NOT NULL,
    size bigint NOT NULL,
    width integer,
    height integer,
    duration_ms integer,
    has_thumb boolean NOT NULL,
    sealed_key bytea,
    digest bytea,
    conversation_id uuid,
    contact_id uuid,
    is_public boolean NOT NULL,
    reason text,
    tries integer NOT NULL,
    next_at bigint,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE INDEX ix_file_owner ON file (ws, owner_key, created_at);
CREATE INDEX ix_file_conversation ON file (ws, conversation_id, created_at);
CREATE INDEX ix_file_contact ON file (ws, contact_id);
CREATE INDEX ix_file_next ON file (next_at) WHERE next_at IS NOT NULL;

DO $$
DECLARE
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    EXECUTE format('CREATE POLICY app ON file TO {app} USING %s WITH CHECK %s', here, here);
    EXECUTE 'CREATE POLICY writer ON file TO {writer} USING (true) WITH CHECK (true)';
    EXECUTE 'CREATE POLICY owner ON file TO CURRENT_USER USING (true) WITH CHECK (true)';
    EXECUTE 'ALTER TABLE file ENABLE ROW LEVEL SECURITY';
    EXECUTE 'ALTER TABLE file FORCE ROW LEVEL SECURITY';
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON file TO {app}, {writer};
