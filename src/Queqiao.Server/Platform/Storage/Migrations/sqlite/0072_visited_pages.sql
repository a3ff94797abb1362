-- What visitors are looking at, and pages before it of those who agreed to that.
CREATE TABLE visitor_context (
    ws INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (ws, contact_id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;

CREATE TABLE visited_page (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_visited_page_contact ON visited_page (ws, contact_id, at);
CREATE INDEX ix_visited_page_at ON visited_page (ws, at);
