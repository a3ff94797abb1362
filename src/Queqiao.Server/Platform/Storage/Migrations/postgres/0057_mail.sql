-- E-mail: how far each mailbox was read, mails between the mailbox and the conversation, threads, and what each mail said besides its text.
CREATE TABLE mail_box (
    ws integer NOT NULL,
    channel_id uuid NOT NULL,
    uid_validity bigint NOT NULL,
    last_uid bigint NOT NULL,
    checked_at bigint,
    trouble text,
    trouble_at bigint,
    holder text,
    held_until bigint NOT NULL,
    PRIMARY KEY (ws, channel_id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);

-- state: waiting, held (could not be digested), left (deliberately not taken in). next_at: when somebody has to look at it; NULL: nobody.
CREATE TABLE mail_arrival (
    ws integer NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    received_at bigint NOT NULL,
    size integer NOT NULL,
    body bytea NOT NULL,
    state text NOT NULL,
    reason text,
    tries integer NOT NULL,
    next_at bigint,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id)
);
CREATE INDEX ix_mail_arrival_next ON mail_arrival (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ix_mail_arrival_channel ON mail_arrival (ws, channel_id, state, id);

CREATE TABLE mail_thread (
    ws integer NOT NULL,
    number bigint NOT NULL,
    channel_id uuid NOT NULL,
    contact_id uuid NOT NULL,
    address_tag uuid NOT NULL,
    is_proven boolean NOT NULL,
    sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    answered_at bigint,
    PRIMARY KEY (ws, number),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE INDEX ix_mail_thread_address ON mail_thread (ws, address_tag, created_at);
CREATE INDEX ix_mail_thread_contact ON mail_thread (ws, contact_id);
CREATE INDEX ix_mail_thread_channel ON mail_thread (ws, channel_id);

CREATE TABLE mail_message (
    ws integer NOT NULL,
    id uuid NOT NULL,
    channel_id uuid NOT NULL,
    thread bigint NOT NULL,
    mail_key uuid NOT NULL,
    sender_tag uuid,
    conversation_id uuid NOT NULL,
    seq bigint NOT NULL,
    contact_id uuid NOT NULL,
    sealed bytea NOT NULL,
    created_at bigint NOT NULL,
    PRIMARY KEY (ws, id),
    FOREIGN KEY (ws, channel_id) REFERENCES channel (ws, id),
    FOREIGN KEY (ws, thread) REFERENCES mail_thread (ws, number),
    FOREIGN KEY (ws, contact_id) REFERENCES contact (ws, id)
);
CREATE UNIQUE INDEX ux_mail_message_key ON mail_message (ws, channel_id, mail_key);
CREATE INDEX ix_mail_message_conversation ON mail_message (ws, conversation_id, seq);
CREATE INDEX ix_mail_message_sender ON mail_message (ws, channel_id, sender_tag, created_at);
CREATE INDEX ix_mail_message_thread ON mail_message (ws, thread);
CREATE INDEX ix_mail_message_contact ON mail_message (ws, contact_id);

DO $$
DECLARE
    name text;
    here text := '(ws = nullif(current_setting(''queqiao.ws'', true), '''')::integer)';
BEGIN
    FOREACH name IN ARRAY ARRAY['mail_box', 'mail_arrival', 'mail_thread', 'mail_message']
    LOOP
        EXECUTE format('CREATE POLICY app ON %I TO {app} USING %s WITH CHECK %s', name, here, here);
        EXECUTE format('CREATE POLICY writer ON %I TO {writer} USING (true) WITH CHECK (true)', name);
        EXECUTE format('CREATE POLICY owner ON %I TO CURRENT_USER USING (true) WITH CHECK (true)', name);
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    END LOOP;
END $$;

GRANT SELECT, INSERT, UPDATE, DELETE ON mail_box, mail_arrival, mail_thread, mail_message TO {app}, {writer};
