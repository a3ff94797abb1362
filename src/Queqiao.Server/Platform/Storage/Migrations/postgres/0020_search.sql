-- The search index. id: milliseconds since 2020 and 20 bits of a hash, so that the newest come last and the same text always
-- gets the same place. kind: 1 message, 2 note, 3 person. owner_id: the conversation or the person. tokens: keyed, no word
-- stands in it; the upper 16 bits are the week, so that new texts touch few pages and old weeks are not read (decision 42).
-- No row-level policy: PostgreSQL would not use the index under one (&& is not leakproof). Tokens are keyed by workspace, and
-- what is found is only shown after a join with rows that are under a policy.
CREATE TABLE search_text (
    ws integer NOT NULL,
    id bigint NOT NULL,
    kind smallint NOT NULL,
    owner_id uuid NOT NULL,
    seq bigint NOT NULL,
    tokens bigint[] NOT NULL,
    PRIMARY KEY (ws, id)
);
CREATE INDEX ix_search_text_tokens ON search_text USING gin (tokens);

-- format: of the tokens; a server that makes others fills the index anew. rebuild_at: when a rebuild began that has not ended.
CREATE TABLE search_state (
    id integer NOT NULL PRIMARY KEY,
    format integer NOT NULL,
    rebuild_at bigint
);
GRANT SELECT, INSERT, UPDATE, DELETE ON search_text TO {app}, {writer};
GRANT SELECT, INSERT, UPDATE ON search_state TO {app}, {writer};
