-- Audit rows carry a keyed digest of themselves and are linked into a keyed chain shortly after their commit.
ALTER TABLE audit ADD COLUMN via text;
ALTER TABLE audit ADD COLUMN mac bytea;
CREATE INDEX ix_audit_object ON audit (ws, object_id, id);
CREATE INDEX ix_audit_actor ON audit (ws, actor_id, id);

CREATE TABLE audit_link (
    ws integer NOT NULL,
    no bigint NOT NULL,
    audit_id uuid NOT NULL,
    at bigint NOT NULL,
    adopted boolean NOT NULL,
    hash bytea NOT NULL,
    PRIMARY KEY (ws, no)
);
CREATE UNIQUE INDEX ux_audit_link_row ON audit_link (ws, audit_id);

-- Rows that are not in the chain yet.
CREATE TABLE audit_tail (
    ws integer NOT NULL,
    id uuid NOT NULL,
    PRIMARY KEY (ws, id)
);
INSERT INTO audit_tail (ws, id) SELECT ws, id FROM audit;

-- Where the chain begins now: everything up to this number has expired.
CREATE TABLE audit_cut (
    ws integer NOT NULL PRIMARY KEY,
    no bigint NOT NULL,
    hash bytea NOT NULL,
    at bigint NOT NULL,
    mac bytea NOT NULL
);

-- How long rows stay, and how the last verification ended.
CREATE TABLE audit_state (
    ws integer NOT NULL PRIMARY KEY,
    keep_days integer NOT NULL,
    checked_at bigint,
    checked_rows bigint NOT NULL,
    bad_code text,
    bad_no bigint,
    bad_id uuid
);

CREATE FUNCTION audit_goes_to_the_tail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit_tail (ws, id) VALUES (NEW.ws, NEW.id); RETURN NULL; END $$;
CREATE TRIGGER audit_goes_to_the_tail AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_goes_to_the_tail();

DROP TRIGGER audit_is_append_only ON audit;
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR TRUNCATE ON audit EXECUTE FUNCTION audit_is_append_only();
CREATE TRIGGER audit_link_is_append_only BEFORE UPDATE OR TRUNCATE ON audit_link EXECUTE FUNCTION audit_is_append_only();
-- Only rows that the chain was cut behind, and never before half a year.
CREATE FUNCTION audit_expires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at > extract(epoch FROM clock_timestamp() - interval '184 days') * 1000
        OR NOT EXISTS (SELECT 1 FROM audit_link l JOIN audit_cut c ON c.ws = l.ws WHERE l.ws = OLD.ws AND l.audit_id = OLD.id AND l.no <= c.no) THEN
        RAISE EXCEPTION 'audit rows cannot be deleted';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_expires BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_expires();
CREATE FUNCTION audit_link_expires() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM audit_cut c WHERE c.ws = OLD.ws AND c.no >= OLD.no) OR EXISTS (SELECT 1 FROM audit a WHERE a.ws = OLD.ws AND a.id = OLD.audit_id) THEN
        RAISE EXCEPTION 'audit rows cannot be deleted';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER audit_link_expires BEFORE DELETE ON audit_link FOR EACH ROW EXECUTE FUNCTION audit_link_expires();

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['audit_link', 'audit_tail', 'audit_cut', 'audit_state']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;
-- Requests add rows and read; the sealer, which works over workspaces, links them and takes away what expired.
GRANT SELECT ON audit_link, audit_cut TO {app};
GRANT SELECT, INSERT ON audit_tail TO {app};
GRANT SELECT, INSERT, UPDATE ON audit_state TO {app};
GRANT SELECT, INSERT, DELETE ON audit_link, audit_tail TO {writer};
GRANT SELECT, INSERT, UPDATE ON audit_cut, audit_state TO {writer};
GRANT DELETE ON audit TO {writer};
