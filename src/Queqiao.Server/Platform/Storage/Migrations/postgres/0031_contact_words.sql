-- Identifiers are found by their parts too: whoever has some gets the words of them made once, by the server (contacts.words).
ALTER TABLE contact ADD COLUMN words_due boolean NOT NULL DEFAULT false;
CREATE INDEX ix_contact_words_due ON contact (ws, id) WHERE words_due;
UPDATE contact SET words_due = true WHERE EXISTS (SELECT 1 FROM contact_identifier WHERE contact_identifier.ws = contact.ws AND contact_identifier.contact_id = contact.id);
