-- When an identifier was last proved: a phone number has another owner some months after its last one.
ALTER TABLE contact_identifier ADD COLUMN proved_at bigint;

-- What proved that two contacts are one; null: an agent said so.
ALTER TABLE contact_merge ADD COLUMN key_kind text;
ALTER TABLE contact_merge ADD COLUMN key_id uuid;

-- Codes by which somebody shows on one channel that they are a person of another. Only a keyed tag of the code is here.
CREATE TABLE contact_link (
    ws integer NOT NULL,
    tag uuid NOT NULL,
    contact_id uuid NOT NULL,
    made_by uuid,
    created_at bigint NOT NULL,
    expires_at bigint NOT NULL,
    used_at bigint,
    PRIMARY KEY (ws, tag),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_contact_link_contact ON contact_link (ws, contact_id);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['contact_link']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON contact_link TO {app}, {writer};
