-- The search index. id: milliseconds since 2020 and 20 bits of a hash, so that the newest come last and the same text always
-- gets the same place. It is the rowid of the words too, hence alone in the key. kind: 1 message, 2 note, 3 person.
-- owner_id: the conversation or the person. No word stands in it: search_word holds keyed tokens (decision 42).
CREATE TABLE search_text (
    id INTEGER NOT NULL PRIMARY KEY,
    ws INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    owner_id BLOB NOT NULL,
    seq INTEGER NOT NULL
) STRICT;
CREATE VIRTUAL TABLE search_word USING fts5(words, content='', contentless_delete=1, detail=none, tokenize='ascii');

-- format: of the tokens; a server that makes others fills the index anew. rebuild_at: when a rebuild began that has not ended.
CREATE TABLE search_state (
    id INTEGER NOT NULL PRIMARY KEY,
    format INTEGER NOT NULL,
    rebuild_at INTEGER
) STRICT;
