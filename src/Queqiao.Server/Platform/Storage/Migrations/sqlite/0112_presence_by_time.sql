-- The history of presence is read from its end, page by page.
CREATE INDEX ix_presence_change_at ON presence_change (ws, at);
