-- What lists are filtered by that a conversation has several of, one row each, so that an index finds it: kind 1 tag, 2 custom field
-- (those of the firm; what is about a person is sealed and no list filters by it), 3 who was named, 4 who was named and has not looked.
-- mark: as it stands in conversation.tags, facets, mentioned and unseen_mentions.
CREATE TABLE conversation_mark (
    ws INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    mark TEXT NOT NULL,
    conversation_id BLOB NOT NULL,
    PRIMARY KEY (ws, kind, mark, conversation_id),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ix_conversation_mark_conversation ON conversation_mark (ws, conversation_id);

INSERT INTO conversation_mark (ws, kind, mark, conversation_id)
WITH RECURSIVE
    sets (ws, id, kind, gap, rest) AS (
        SELECT ws, id, 1, ',', substr(tags, 2) FROM conversation WHERE tags IS NOT NULL
        UNION ALL SELECT ws, id, 2, char(10), substr(facets, 2) FROM conversation WHERE facets IS NOT NULL
        UNION ALL SELECT ws, id, 3, ',', substr(mentioned, 2) FROM conversation WHERE mentioned IS NOT NULL
        UNION ALL SELECT ws, id, 4, ',', substr(unseen_mentions, 2) FROM conversation WHERE unseen_mentions IS NOT NULL),
    marks (ws, id, kind, gap, mark, rest) AS (
        SELECT ws, id, kind, gap, NULL, rest FROM sets
        UNION ALL
        SELECT ws, id, kind, gap, gap || substr(rest, 1, instr(rest, gap)), substr(rest, instr(rest, gap) + 1) FROM marks WHERE instr(rest, gap) > 0)
SELECT DISTINCT ws, kind, mark, id FROM marks WHERE length(mark) > 2;
