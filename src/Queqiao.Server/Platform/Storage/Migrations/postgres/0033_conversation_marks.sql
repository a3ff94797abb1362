-- What lists are filtered by that a conversation has several of, one row each, so that an index finds it: kind 1 tag, 2 custom field
-- (those of the firm; what is about a person is sealed and no list filters by it), 3 who was named, 4 who was named and has not looked.
-- mark: as it stands in conversation.tags, facets, mentioned and unseen_mentions. A trigger keeps it, so that a server that does not
-- know this table keeps it too.
CREATE TABLE conversation_mark (
    ws integer NOT NULL,
    kind smallint NOT NULL,
    mark text NOT NULL,
    conversation_id uuid NOT NULL,
    PRIMARY KEY (ws, kind, mark, conversation_id),
    FOREIGN KEY (ws, conversation_id) REFERENCES conversation (ws, id)
);
CREATE INDEX ix_conversation_mark_conversation ON conversation_mark (ws, conversation_id);

CREATE FUNCTION conversation_marks_of(tags text, facets text, mentioned text, unseen text) RETURNS TABLE (kind smallint, mark text) LANGUAGE sql IMMUTABLE AS $$
    SELECT 1::smallint, ',' || id || ',' FROM string_to_table(tags, ',') AS id WHERE id <> ''
    UNION SELECT 2::smallint, E'\n' || line || E'\n' FROM string_to_table(facets, E'\n') AS line WHERE line <> ''
    UNION SELECT 3::smallint, ',' || id || ',' FROM string_to_table(mentioned, ',') AS id WHERE id <> ''
    UNION SELECT 4::smallint, ',' || id || ',' FROM string_to_table(unseen, ',') AS id WHERE id <> ''
$$;

CREATE FUNCTION conversation_marks() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM conversation_mark m USING (
            SELECT * FROM conversation_marks_of(OLD.tags, OLD.facets, OLD.mentioned, OLD.unseen_mentions)
            EXCEPT SELECT * FROM conversation_marks_of(NEW.tags, NEW.facets, NEW.mentioned, NEW.unseen_mentions)) gone
        WHERE m.ws = NEW.ws AND m.kind = gone.kind AND m.mark = gone.mark AND m.conversation_id = NEW.id;
    END IF;
    INSERT INTO conversation_mark (ws, kind, mark, conversation_id)
        SELECT NEW.ws, k.kind, k.mark, NEW.id FROM conversation_marks_of(NEW.tags, NEW.facets, NEW.mentioned, NEW.unseen_mentions) k
        ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER conversation_marks_new AFTER INSERT ON conversation FOR EACH ROW
    WHEN (coalesce(NEW.tags, NEW.facets, NEW.mentioned) IS NOT NULL) EXECUTE FUNCTION conversation_marks();
CREATE TRIGGER conversation_marks_changed AFTER UPDATE ON conversation FOR EACH ROW
    WHEN ((OLD.tags, OLD.facets, OLD.mentioned, OLD.unseen_mentions) IS DISTINCT FROM (NEW.tags, NEW.facets, NEW.mentioned, NEW.unseen_mentions))
    EXECUTE FUNCTION conversation_marks();

INSERT INTO conversation_mark (ws, kind, mark, conversation_id)
    SELECT c.ws, k.kind, k.mark, c.id FROM conversation c, conversation_marks_of(c.tags, c.facets, c.mentioned, c.unseen_mentions) k;

DO $$
DECLARE
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    EXECUTE format('CREATE POLICY app ON conversation_mark TO {app} USING %s WITH CHECK %s', here, here);
    CREATE POLICY writer ON conversation_mark TO {writer} USING (true) WITH CHECK (true);
    CREATE POLICY owner ON conversation_mark TO CURRENT_USER USING (true) WITH CHECK (true);
    ALTER TABLE conversation_mark ENABLE ROW LEVEL SECURITY;
    ALTER TABLE conversation_mark FORCE ROW LEVEL SECURITY;
END $$;

GRANT SELECT, INSERT, DELETE ON conversation_mark TO {app}, {writer};
