-- The firm's own system: how it is asked, and what it last said about people.
CREATE TABLE customer_data_setting (
    ws INTEGER NOT NULL,
    settings TEXT NOT NULL,
    secret BLOB,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (ws),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

CREATE TABLE customer_data_copy (
    ws INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    fetched_at INTEGER NOT NULL,
    PRIMARY KEY (ws, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_customer_data_copy_fetched ON customer_data_copy (ws, fetched_at);
