-- Nothing about a person stands in clear any more: the server has sealed it before this runs.
ALTER TABLE contact_identity DROP CONSTRAINT contact_identity_pkey;
ALTER TABLE contact_identity DROP COLUMN identity;
ALTER TABLE contact_identity ALTER COLUMN tag SET NOT NULL;
ALTER TABLE contact_identity ALTER COLUMN sealed SET NOT NULL;
ALTER TABLE contact_identity ADD PRIMARY KEY (ws, channel_id, tag);

ALTER TABLE contact DROP COLUMN name;

ALTER TABLE conversation DROP COLUMN identity;
ALTER TABLE conversation DROP COLUMN contact_name;
ALTER TABLE conversation DROP COLUMN last_sender_name;
ALTER TABLE conversation DROP COLUMN last_preview;
-- At most one unresolved conversation of a person on a channel.
CREATE UNIQUE INDEX ux_conversation_unresolved ON conversation (ws, channel_id, identity_tag) WHERE status <> 'resolved';
CREATE INDEX ix_conversation_identity ON conversation (ws, channel_id, identity_tag, created_at);

-- Who was erased, when and why, and what it came to. A restored backup goes through these rows again; they name nobody.
CREATE TABLE erasure (
    ws integer NOT NULL,
    id uuid NOT NULL,
    contact_id uuid NOT NULL,
    contact_ids text NOT NULL,
    by_id uuid,
    reason bytea NOT NULL,
    at bigint NOT NULL,
    finished_at bigint,
    receipt text NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);
CREATE INDEX ix_erasure_contact ON erasure (ws, contact_id);
CREATE POLICY app ON erasure TO {app} USING (ws = nullif(current_setting('queqiao.ws', true), '')::integer) WITH CHECK (ws = nullif(current_setting('queqiao.ws', true), '')::integer);
CREATE POLICY writer ON erasure TO {writer} USING (true) WITH CHECK (true);
CREATE POLICY owner ON erasure TO CURRENT_USER USING (true) WITH CHECK (true);
ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON erasure TO {app}, {writer};
GRANT DELETE ON contact_identity TO {app}, {writer};
