-- Whether what somebody wrote is shown to readers by somebody else only; and which version a schedule is about.
ALTER TABLE knowledge_base ADD COLUMN needs_second boolean NOT NULL DEFAULT false;
ALTER TABLE knowledge_item ADD COLUMN publish_version integer;
