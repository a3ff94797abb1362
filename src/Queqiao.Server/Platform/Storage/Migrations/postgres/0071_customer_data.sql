-- The firm's own system: how it is asked, and what it last said about people.
CREATE TABLE customer_data_setting (
    ws integer NOT NULL,
    settings text NOT NULL,
    secret bytea,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

CREATE TABLE customer_data_copy (
    ws integer NOT NULL,
    contact_id uuid NOT NULL,
    sealed bytea NOT NULL,
    fetched_at bigint NOT NULL,
    PRIMARY KEY (ws, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_customer_data_copy_fetched ON customer_data_copy (ws, fetched_at);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['customer_data_setting', 'customer_data_copy']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE ON customer_data_setting TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE, DELETE ON customer_data_copy TO {app}, {writer};
