-- A firm's own name and colour in place of the product's. Shown to whoever opens the console.
CREATE TABLE brand (
    ws integer NOT NULL PRIMARY KEY,
    name text,
    color text,
    mail_footer text,
    changed_at bigint NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

CREATE TABLE brand_image (
    ws integer NOT NULL,
    kind text NOT NULL,
    content_type text NOT NULL,
    bytes bytea NOT NULL,
    hash text NOT NULL,
    width integer NOT NULL,
    height integer NOT NULL,
    PRIMARY KEY (ws, kind),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['brand', 'brand_image']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON brand, brand_image TO {app}, {writer};
