-- Audit rows carry a keyed digest of themselves and are linked into a keyed chain shortly after their commit.
ALTER TABLE audit ADD COLUMN via TEXT;
ALTER TABLE audit ADD COLUMN mac BLOB;
CREATE INDEX ix_audit_object ON audit (ws, object_id, id);
CREATE INDEX ix_audit_actor ON audit (ws, actor_id, id);

CREATE TABLE audit_link (
    ws INTEGER NOT NULL,
    no INTEGER NOT NULL,
    audit_id BLOB NOT NULL,
    at INTEGER NOT NULL,
    adopted INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (ws, no)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX ux_audit_link_row ON audit_link (ws, audit_id);

-- Rows that are not in the chain yet.
CREATE TABLE audit_tail (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    PRIMARY KEY (ws, id)
) STRICT, WITHOUT ROWID;
INSERT INTO audit_tail (ws, id) SELECT ws, id FROM audit;

-- Where the chain begins now: everything up to this number has expired.
CREATE TABLE audit_cut (
    ws INTEGER NOT NULL PRIMARY KEY,
    no INTEGER NOT NULL,
    hash BLOB NOT NULL,
    at INTEGER NOT NULL,
    mac BLOB NOT NULL
) STRICT;

-- How long rows stay, and how the last verification ended.
CREATE TABLE audit_state (
    ws INTEGER NOT NULL PRIMARY KEY,
    keep_days INTEGER NOT NULL,
    checked_at INTEGER,
    checked_rows INTEGER NOT NULL,
    bad_code TEXT,
    bad_no INTEGER,
    bad_id BLOB
) STRICT;

CREATE TRIGGER audit_goes_to_the_tail AFTER INSERT ON audit BEGIN INSERT INTO audit_tail (ws, id) VALUES (NEW.ws, NEW.id); END;
DROP TRIGGER audit_is_append_only_delete;
-- Only rows that the chain was cut behind, and never before half a year (15,897,600 s = 184 days).
CREATE TRIGGER audit_is_append_only_delete BEFORE DELETE ON audit
WHEN OLD.at > (unixepoch() - 15897600) * 1000
    OR NOT EXISTS (SELECT 1 FROM audit_link l JOIN audit_cut c ON c.ws = l.ws WHERE l.ws = OLD.ws AND l.audit_id = OLD.id AND l.no <= c.no)
BEGIN SELECT RAISE(ABORT, 'audit rows cannot be deleted'); END;
CREATE TRIGGER audit_link_is_append_only_update BEFORE UPDATE ON audit_link BEGIN SELECT RAISE(ABORT, 'audit rows cannot be changed'); END;
CREATE TRIGGER audit_link_is_append_only_delete BEFORE DELETE ON audit_link
WHEN NOT EXISTS (SELECT 1 FROM audit_cut c WHERE c.ws = OLD.ws AND c.no >= OLD.no) OR EXISTS (SELECT 1 FROM audit a WHERE a.ws = OLD.ws AND a.id = OLD.audit_id)
BEGIN SELECT RAISE(ABORT, 'audit rows cannot be deleted'); END;
