-- A firm's own name and colour in place of the product's. Shown to whoever opens the console.
CREATE TABLE brand (
    ws INTEGER NOT NULL PRIMARY KEY,
    name TEXT,
    color TEXT,
    mail_footer TEXT,
    changed_at INTEGER NOT NULL,
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;

CREATE TABLE brand_image (
    ws INTEGER NOT NULL,
    kind TEXT NOT NULL,
    content_type TEXT NOT NULL,
    bytes BLOB NOT NULL,
    hash TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    PRIMARY KEY (ws, kind),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
) STRICT;
