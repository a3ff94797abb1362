-- What sites sign their users with.
CREATE TABLE user_key (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    algorithm TEXT NOT NULL,
    sealed BLOB,
    public_key TEXT,
    created_at INTEGER NOT NULL,
    ends_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT;
CREATE INDEX ix_user_key_channel ON user_key (ws, channel_id);

CREATE TABLE consent_notice (
    ws INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    locale TEXT NOT NULL,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    purposes TEXT NOT NULL,
    hash BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    created_by BLOB NOT NULL,
    PRIMARY KEY (ws, channel_id, locale, version),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT, WITHOUT ROWID;

-- The ledger: what holds follows from the newest line of each purpose.
CREATE TABLE consent (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    purpose TEXT NOT NULL,
    act TEXT NOT NULL,
    notice_hash BLOB,
    notice_locale TEXT,
    notice_version INTEGER,
    channel_id BLOB,
    at INTEGER NOT NULL,
    how TEXT NOT NULL,
    actor_id BLOB,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_consent_contact ON consent (ws, contact_id, at);

CREATE TRIGGER consent_is_append_only_update BEFORE UPDATE ON consent BEGIN SELECT RAISE(ABORT, 'the consent ledger cannot be changed'); END;
CREATE TRIGGER consent_is_append_only_delete BEFORE DELETE ON consent BEGIN SELECT RAISE(ABORT, 'the consent ledger cannot be changed'); END;
CREATE TRIGGER consent_notice_is_append_only_update BEFORE UPDATE ON consent_notice BEGIN SELECT RAISE(ABORT, 'notices cannot be changed'); END;
CREATE TRIGGER consent_notice_is_append_only_delete BEFORE DELETE ON consent_notice BEGIN SELECT RAISE(ABORT, 'notices cannot be changed'); END;
