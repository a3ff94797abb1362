-- Whether what somebody wrote is shown to readers by somebody else only; and which version a schedule is about.
ALTER TABLE knowledge_base ADD COLUMN needs_second INTEGER NOT NULL DEFAULT 0;
ALTER TABLE knowledge_item ADD COLUMN publish_version INTEGER;
