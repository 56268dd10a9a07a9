-- Events of a book, numbered 1, 2, 3 … without gaps. Each entry is one by being there and costs nothing more; every other
-- event is a row here. The numbers run over both: a row's is the number of the entries before it and of the rows up to and
-- including it, so event_no - seq_before says the how-manieth row of the book this is, and an entry's is its seq and the
-- number of the rows with seq_before < seq.
CREATE TABLE ledger_event (
    book_id    smallint    NOT NULL,
    event_no   bigint      NOT NULL,
    seq_before bigint      NOT NULL CHECK (seq_before >= 0),     -- the last entry of the book when it was recorded
    at         timestamptz NOT NULL,                             -- never before the entry that is before it  
    type       text        NOT NULL COLLATE "C",                 -- redemption.captured …
    subject    text        NOT NULL COLLATE "C",                 -- below the book's path: redemptions/…
    data       json        NOT NULL,                             -- ids and amounts; no name, no text of a person
    PRIMARY KEY (book_id, event_no),                             -- also finds the place of any number with one look-up
    CHECK (event_no > seq_before)
);

-- Webhooks: where the events of books are sent.
CREATE TABLE event_webhook (
    webhook_id   uuid        PRIMARY KEY,                        -- version 7, so that a page's order is that of registration
    client_id    integer     NOT NULL,                           -- who registered it
    url          text        NOT NULL,
    books        text[]      NOT NULL,                           -- codes; {*} is every book
    types        text[]      NOT NULL,                           -- types or their beginnings; {} is every type
    status       text        NOT NULL COLLATE "C" CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED')),
    secret       bytea,                                          -- sealed (SecretBox), as is the next
    old_secret   bytea,
    old_until    timestamptz CHECK ((old_until IS NULL) = (old_secret IS NULL)),
    created_at   timestamptz NOT NULL,
    active_since timestamptz NOT NULL,                           -- registered or resumed last
    resumed      integer     NOT NULL,                           -- how often it was resumed
    version      bigint      NOT NULL CHECK (version > 0),
    CHECK ((secret IS NULL) = (status = 'CLOSED'))
);

-- How far a webhook is in a book. Made with the webhook, and then changed by the deliverer alone, who holds the lease:
-- each change names the fence that he was given, so that one who was stopped and woke changes nothing.
CREATE TABLE event_stream (
    webhook_id      uuid        NOT NULL,
    book_id         smallint    NOT NULL,
    position        bigint      NOT NULL CHECK (position >= 0),  -- the last event that was delivered, passed over or parked
    fence           bigint      NOT NULL DEFAULT 0,              -- counts the leases
    lease_until     timestamptz NOT NULL DEFAULT '-infinity',
    attempts        integer     NOT NULL DEFAULT 0,              -- failed ones, of the event after position
    next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
    last_attempt_at timestamptz,
    delivered_at    timestamptz,
    last_error      text        COLLATE "C",                     -- its class; null once a delivery succeeds
    parked_in_row   integer     NOT NULL DEFAULT 0,              -- events parked since the last success
    stopped_at      timestamptz,                                 -- too many of those: until the webhook is resumed
    resumed         integer     NOT NULL DEFAULT 0,              -- the webhook's count when it was last looked at
    PRIMARY KEY (webhook_id, book_id)
) WITH (fillfactor = 70);

-- Events that left the order: parked after days of failures, or asked for again.
CREATE TABLE event_aside (
    webhook_id      uuid        NOT NULL,
    book_id         smallint    NOT NULL,
    event_no        bigint      NOT NULL,
    state           text        NOT NULL COLLATE "C" CHECK (state IN ('PARKED', 'REPLAYING', 'DELIVERED')),
    since           timestamptz NOT NULL,                        -- parked, asked for or delivered
    attempts        integer     NOT NULL,
    next_attempt_at timestamptz NOT NULL,
    last_error      text        COLLATE "C",
    PRIMARY KEY (webhook_id, book_id, event_no)
);
-- What the deliverer has to send again, and what is shown as parked.
CREATE INDEX event_aside_open ON event_aside (webhook_id, book_id, next_attempt_at) WHERE state = 'REPLAYING';
