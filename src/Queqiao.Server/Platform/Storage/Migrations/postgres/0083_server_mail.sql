-- How the server itself writes to colleagues. The password is sealed.
CREATE TABLE server_mail (
    ws integer NOT NULL PRIMARY KEY,
    settings text NOT NULL,
    secret bytea,
    changed_at bigint NOT NULL,
    sent_at bigint,
    trouble text,
    trouble_at bigint,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

-- A letter until it is sent, sealed.
CREATE TABLE server_letter (
    ws integer NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL,
    sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['server_mail', 'server_letter']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON server_mail, server_letter TO {app}, {writer};
