-- A contact that became part of another one points at it; both keep their rows and their keys.
ALTER TABLE contact ADD COLUMN merged_into uuid;
ALTER TABLE contact ADD COLUMN created_by uuid;
CREATE INDEX ix_contact_seen ON contact (ws, last_seen_at, id);
CREATE INDEX ix_contact_merged ON contact (ws, merged_into) WHERE merged_into IS NOT NULL;

-- E-mail addresses, phone numbers and other names of people: sealed, and a keyed tag to find equal ones.
CREATE TABLE contact_identifier (
    ws integer NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    kind text NOT NULL,
    tag uuid NOT NULL,
    sealed bytea NOT NULL,
    verified boolean NOT NULL,
    source text NOT NULL,
    channel_id uuid,
    created_at bigint NOT NULL,
    created_by uuid,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE UNIQUE INDEX ux_contact_identifier_contact ON contact_identifier (ws, contact_id, tag);
CREATE INDEX ix_contact_identifier_tag ON contact_identifier (ws, tag);

CREATE TABLE contact_detail (
    ws integer NOT NULL,
    contact_id uuid NOT NULL,
    fields text,
    sealed bytea,
    changed_at bigint NOT NULL,
    PRIMARY KEY (ws, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);

CREATE TABLE contact_tag (
    ws integer NOT NULL,
    contact_id uuid NOT NULL,
    tag text NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (ws, contact_id, tag),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_contact_tag_tag ON contact_tag (ws, tag);

CREATE TABLE contact_note (
    ws integer NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    sealed bytea NOT NULL,
    author_id uuid NOT NULL,
    author_name text NOT NULL,
    at bigint NOT NULL,
    edited_at bigint,
    deleted_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_contact_note_contact ON contact_note (ws, contact_id, at);

CREATE TABLE contact_block (
    ws integer NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    sealed_reason bytea,
    at bigint NOT NULL,
    by uuid NOT NULL,
    until bigint,
    ended_at bigint,
    ended_by uuid,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_contact_block_contact ON contact_block (ws, contact_id, at);

CREATE TABLE contact_merge (
    ws integer NOT NULL,
    id uuid NOT NULL,
    into_id uuid NOT NULL,
    from_id uuid NOT NULL,
    at bigint NOT NULL,
    by uuid NOT NULL,
    undone_at bigint,
    undone_by uuid,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, into_id) REFERENCES contact (ws, id),
    FOREIGN KEY (ws, from_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_contact_merge_into ON contact_merge (ws, into_id);
CREATE INDEX ix_contact_merge_from ON contact_merge (ws, from_id);

-- Parts of names as keyed tags: names are found without being readable.
CREATE TABLE contact_word (
    ws integer NOT NULL,
    word uuid NOT NULL,
    contact_id uuid NOT NULL,
    PRIMARY KEY (ws, word, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_contact_word_contact ON contact_word (ws, contact_id);
DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['contact_identifier', 'contact_detail', 'contact_tag', 'contact_note', 'contact_block', 'contact_merge', 'contact_word']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;
GRANT SELECT, INSERT, UPDATE ON contact_detail, contact_note, contact_block, contact_merge TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE, DELETE ON contact_identifier, contact_tag, contact_word TO {app}, {writer};
