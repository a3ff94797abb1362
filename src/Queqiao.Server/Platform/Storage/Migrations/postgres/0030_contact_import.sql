-- Files that become contacts: name, format and plan are sealed; the file itself lies with the others and is deleted afterwards.
CREATE TABLE contact_import (
    ws integer NOT NULL,
    id uuid NOT NULL,
    by_agent uuid NOT NULL,
    file_id uuid,
    sealed bytea NOT NULL,
    phase text NOT NULL,
    job_id uuid,
    undo_job_id uuid,
    total integer NOT NULL,
    counts text NOT NULL,
    undone integer NOT NULL,
    not_undone integer NOT NULL,
    created_at bigint NOT NULL,
    finished_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, by_agent) REFERENCES agent (ws, id)
);
CREATE INDEX ix_contact_import_agent ON contact_import (ws, by_agent, created_at);
CREATE INDEX ix_contact_import_created ON contact_import (created_at);

-- What became of a row. before is under the contact's key, cells (of rows that nothing came of) under the workspace's.
CREATE TABLE contact_import_row (
    ws integer NOT NULL,
    import_id uuid NOT NULL,
    no integer NOT NULL,
    outcome text NOT NULL,
    contact_id uuid,
    before bytea,
    trace bytea,
    cells bytea,
    code text,
    column_no integer,
    arg text,
    undone_at bigint,
    PRIMARY KEY (ws, import_id, no),
    FOREIGN KEY (ws, import_id) REFERENCES contact_import (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_contact_import_row_contact ON contact_import_row (ws, contact_id) WHERE contact_id IS NOT NULL;

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['contact_import', 'contact_import_row']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_import, contact_import_row TO {app}, {writer};
