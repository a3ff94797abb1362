-- A server of the version before does not know proposals: a fact that it removes takes along what waits for it.
CREATE TRIGGER knowledge_edge_takes_proposals BEFORE DELETE ON knowledge_edge BEGIN DELETE FROM knowledge_edge_proposal WHERE ws = OLD.ws AND edge_id = OLD.id; END;
