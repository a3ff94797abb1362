-- The servers that work on this store. Nothing here is about a person or a workspace. seen_at is of the database's clock.
CREATE TABLE node (
    id uuid NOT NULL PRIMARY KEY,
    name text NOT NULL,
    version text NOT NULL,
    state text NOT NULL,
    started_at bigint NOT NULL,
    seen_at bigint NOT NULL,
    facts text NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON node TO {app}, {writer};
