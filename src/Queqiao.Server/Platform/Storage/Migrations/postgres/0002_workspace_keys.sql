-- A workspace's keys, wrapped by a root key that is never in here. kind data seals; kind index is what blind indexes are derived from.
CREATE TABLE workspace_key (
    ws integer NOT NULL,
    id integer NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    root_id text NOT NULL,
    wrapped bytea NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws) REFERENCES workspace (ws)
);

CREATE POLICY app ON workspace_key TO {app} USING (ws = nullif(current_setting('queqiao.ws', true), '')::integer) WITH CHECK (ws = nullif(current_setting('queqiao.ws', true), '')::integer);
CREATE POLICY writer ON workspace_key TO {writer} USING (true) WITH CHECK (true);
CREATE POLICY owner ON workspace_key TO CURRENT_USER USING (true) WITH CHECK (true);
ALTER TABLE workspace_key ENABLE ROW LEVEL SECURITY;
ALTER TABLE workspace_key FORCE ROW LEVEL SECURITY;
GRANT SELECT ON workspace_key TO {app};
GRANT SELECT, INSERT, UPDATE, DELETE ON workspace_key TO {writer};
