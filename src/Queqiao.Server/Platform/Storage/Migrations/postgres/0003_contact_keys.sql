-- Every person has a key of their own, wrapped by the workspace's; what is about them is sealed with it. wrapped NULL: destroyed.
CREATE TABLE contact_key (
    ws integer NOT NULL,
    contact_id uuid NOT NULL,
    key_id integer NOT NULL,
    wrapped bytea,
    created_at bigint NOT NULL,
    destroyed_at bigint,
    PRIMARY KEY (ws, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);

-- Room for what is sealed. Migration 4 takes away what was in clear, once the server has sealed it (SealClearText).
ALTER TABLE contact ADD COLUMN sealed_name bytea;
ALTER TABLE contact ADD COLUMN erased_at bigint;
ALTER TABLE contact_identity ADD COLUMN tag uuid;
ALTER TABLE contact_identity ADD COLUMN sealed bytea;
ALTER TABLE conversation ADD COLUMN identity_tag uuid;
ALTER TABLE conversation ADD COLUMN sealed bytea;
ALTER TABLE conversation ADD COLUMN erased_at bigint;
DROP INDEX ux_conversation_unresolved;
DROP INDEX ix_conversation_identity;

CREATE POLICY app ON contact_key TO {app} USING (ws = nullif(current_setting('queqiao.ws', true), '')::integer) WITH CHECK (ws = nullif(current_setting('queqiao.ws', true), '')::integer);
CREATE POLICY writer ON contact_key TO {writer} USING (true) WITH CHECK (true);
CREATE POLICY owner ON contact_key TO CURRENT_USER USING (true) WITH CHECK (true);
ALTER TABLE contact_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE contact_key FORCE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE ON contact_key TO {app}, {writer};
