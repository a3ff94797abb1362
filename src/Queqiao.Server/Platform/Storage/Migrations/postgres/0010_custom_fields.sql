-- Fields that a workspace adds to its conversations and contacts. Values lie with what they belong to.
CREATE TABLE custom_field (
    ws integer NOT NULL,
    id uuid NOT NULL,
    object text NOT NULL,
    key text NOT NULL,
    name text NOT NULL,
    kind text NOT NULL,
    class text NOT NULL,
    required boolean NOT NULL,
    options text NOT NULL,
    position integer NOT NULL,
    archived_at bigint,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE UNIQUE INDEX ux_custom_field_key ON custom_field (ws, object, key);

DO $$
DECLARE
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    EXECUTE format('CREATE POLICY app ON custom_field TO {app} USING %s WITH CHECK %s', here, here);
    CREATE POLICY writer ON custom_field TO {writer} USING (true) WITH CHECK (true);
    CREATE POLICY owner ON custom_field TO CURRENT_USER USING (true) WITH CHECK (true);
    ALTER TABLE custom_field ENABLE ROW LEVEL SECURITY;
    ALTER TABLE custom_field FORCE ROW LEVEL SECURITY;
END $$;

GRANT SELECT, INSERT, UPDATE ON custom_field TO {app}, {writer};
