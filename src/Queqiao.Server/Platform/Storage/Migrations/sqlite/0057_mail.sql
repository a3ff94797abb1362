-- E-mail: how far each mailbox was read, mails between the mailbox and the conversation, threads, and what each mail said besides its text.
CREATE TABLE mail_box (
    ws INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    uid_validity INTEGER NOT NULL,
    last_uid INTEGER NOT NULL,
    checked_at INTEGER,
    trouble TEXT,
    trouble_at INTEGER,
    holder TEXT,
    held_until INTEGER NOT NULL,
    PRIMARY KEY (ws, channel_id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT;

-- state: waiting, held (could not be digested), left (deliberately not taken in). next_at: when somebody has to look at it; NULL: nobody.
CREATE TABLE mail_arrival (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    received_at INTEGER NOT NULL,
    size INTEGER NOT NULL,
    body BLOB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    tries INTEGER NOT NULL,
    next_at INTEGER,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
) STRICT;
CREATE INDEX ix_mail_arrival_next ON mail_arrival (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ix_mail_arrival_channel ON mail_arrival (ws, channel_id, state, id);

CREATE TABLE mail_thread (
    ws INTEGER NOT NULL,
    number INTEGER NOT NULL,
    channel_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    address_tag BLOB NOT NULL,
    is_proven INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    answered_at INTEGER,
    PRIMARY KEY (ws, number),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE INDEX ix_mail_thread_address ON mail_thread (ws, address_tag, created_at);
CREATE INDEX ix_mail_thread_contact ON mail_thread (ws, contact_id);
CREATE INDEX ix_mail_thread_channel ON mail_thread (ws, channel_id);

CREATE TABLE mail_message (
    ws INTEGER NOT NULL,
    id BLOB NOT NULL,
    channel_id BLOB NOT NULL,
    thread INTEGER NOT NULL,
    mail_key BLOB NOT NULL,
    sender_tag BLOB,
    conversation_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    sealed BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, thread) REFERENCES mail_thread (ws, number),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
) STRICT;
CREATE UNIQUE INDEX ux_mail_message_key ON mail_message (ws, channel_id, mail_key);
CREATE INDEX ix_mail_message_conversation ON mail_message (ws, conversation_id, seq);
CREATE INDEX ix_mail_message_sender ON mail_message (ws, channel_id, sender_tag, created_at);
CREATE INDEX ix_mail_message_thread ON mail_message (ws, thread);
CREATE INDEX ix_mail_message_contact ON mail_message (ws, contact_id);
