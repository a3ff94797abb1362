-- A server of the version before does not know proposals: a fact that it removes takes along what waits for it.
CREATE FUNCTION knowledge_edge_takes_proposals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM knowledge_edge_proposal WHERE ws = OLD.ws AND edge_id = OLD.id;
    RETURN OLD;
END $$;

CREATE TRIGGER knowledge_edge_takes_proposals BEFORE DELETE ON knowledge_edge FOR EACH ROW EXECUTE FUNCTION knowledge_edge_takes_proposals();
