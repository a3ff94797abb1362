-- One-time codes that bots sent: hashes, for limits and for checking. Neither codes nor addresses.
CREATE TABLE bot_code (
    ws integer NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    address_tag uuid NOT NULL,
    code_hash bytea NOT NULL,
    sent_at bigint NOT NULL,
    until bigint NOT NULL,
    tries integer NOT NULL,
    used_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE INDEX ix_bot_code_sent ON bot_code (ws, sent_at, contact_id, address_tag);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['bot_code']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON bot_code TO {app}, {writer};
