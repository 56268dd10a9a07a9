-- Volunteering: one row a service. A record is not a balance: what it earned, if anything, are entries that it names.

CREATE TABLE service_record (
    book_id      smallint    NOT NULL,
    record_id    uuid        NOT NULL,                           -- version 7, so that a page's order is that of recording
    volunteer    text        COLLATE "C",
    team         text        COLLATE "C",
    recipient    text        COLLATE "C",
    activity     text        NOT NULL COLLATE "C",
    content      text,                                           -- erasable, like place and reason: in no entry, in no kept answer
    occurred_on  date        NOT NULL,
    minutes      integer     NOT NULL CHECK (minutes BETWEEN 1 AND 1440),
    place        text,
    organiser    text        NOT NULL,
    leader       text        NOT NULL COLLATE "C",               -- id of the person in charge
    rating       smallint    CHECK (rating BETWEEN 1 AND 5),
    payer        text        NOT NULL COLLATE "C" CHECK (payer IN ('ISSUED', 'RECIPIENT')),
    reference    text        COLLATE "C",
    reason       text,
    metadata     jsonb,
    client       text        NOT NULL COLLATE "C",
    actor        text        COLLATE "C",
    on_behalf_of text        COLLATE "C",
    recorded_at  timestamptz NOT NULL,
    time_seq     bigint,                                         -- the entry that earned or paid its minutes
    points_seq   bigint,                                         -- the entry that earned its points
    PRIMARY KEY (book_id, record_id),
    CHECK ((volunteer IS NULL) <> (team IS NULL)),
    CHECK (recipient <> volunteer),
    CHECK (payer = 'ISSUED' OR (volunteer IS NOT NULL AND recipient IS NOT NULL AND time_seq IS NOT NULL))
);
-- A service is recorded once, whatever the idempotency key.
CREATE UNIQUE INDEX service_record_reference ON service_record (book_id, reference) WHERE reference IS NOT NULL;
-- An earning belongs to one record; also finds the record of an entry.
CREATE UNIQUE INDEX service_record_time ON service_record (book_id, time_seq) WHERE time_seq IS NOT NULL;
CREATE UNIQUE INDEX service_record_points ON service_record (book_id, points_seq) WHERE points_seq IS NOT NULL;
-- A person's services, given and received; a team's.
CREATE INDEX service_record_volunteer ON service_record (book_id, volunteer, record_id) WHERE volunteer IS NOT NULL;
CREATE INDEX service_record_recipient ON service_record (book_id, recipient, record_id) WHERE recipient IS NOT NULL;
CREATE INDEX service_record_team ON service_record (book_id, team, record_id) WHERE team IS NOT NULL;
-- The services of a range of days.
CREATE INDEX service_record_day ON service_record (book_id, occurred_on);
