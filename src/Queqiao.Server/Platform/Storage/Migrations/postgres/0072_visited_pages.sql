-- What visitors are looking at, and pages before it of those who agreed to that.
CREATE TABLE visitor_context (
    ws integer NOT NULL,
    contact_id uuid NOT NULL,
    sealed bytea NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (ws, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);

CREATE TABLE visited_page (
    ws integer NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    sealed bytea NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_visited_page_contact ON visited_page (ws, contact_id, at);
CREATE INDEX ix_visited_page_at ON visited_page (ws, at);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['visitor_context', 'visited_page']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON visitor_context, visited_page TO {app}, {writer};
