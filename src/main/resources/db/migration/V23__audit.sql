-- The self-audit of a book: its runs, and what they found.

CREATE TABLE audit_run (
    book_id      smallint    NOT NULL,
    run_id       uuid        NOT NULL,                           -- version 7, so that a page's order is that of ordering
    extent       text        NOT NULL COLLATE "C" CHECK (extent IN ('FULL', 'INCREMENTAL')),
    status       text        NOT NULL COLLATE "C" CHECK (status IN ('WAITING', 'RUNNING', 'WHOLE', 'BROKEN', 'UNFINISHED')),
    ordered_by   text        NOT NULL COLLATE "C",               -- the client; 'nightly' for the clock's
    night        date,                                           -- which night's it is
    ordered_at   timestamptz NOT NULL,
    after_seq    bigint      NOT NULL,                           -- entries behind this one …
    through_seq  bigint,                                         -- … up to this one were looked at
    through_hash bytea,                                          -- and what that one's leaf hash was
    fence        bigint      NOT NULL,                           -- counts those who have taken it up
    lease_until  timestamptz,
    begun_at     timestamptz,
    ended_at     timestamptz,
    fault        text        COLLATE "C",                        -- why it is unfinished
    PRIMARY KEY (book_id, run_id),
    CHECK ((status IN ('WAITING', 'RUNNING')) = (ended_at IS NULL)),
    CHECK ((status = 'WAITING') = (begun_at IS NULL)),
    CHECK ((status = 'RUNNING') = (lease_until IS NOT NULL)),
    CHECK ((ended_at IS NULL) = (through_seq IS NULL)),
    CHECK ((status = 'UNFINISHED') = (fault IS NOT NULL))
) WITH (fillfactor = 70);
-- A book has one run at a time; also what is waiting, or has been left.
CREATE UNIQUE INDEX audit_run_open ON audit_run (book_id) WHERE ended_at IS NULL;
-- A night has one.
CREATE UNIQUE INDEX audit_run_night ON audit_run (book_id, night) WHERE night IS NOT NULL;
-- How a book stands: its last runs.
CREATE INDEX audit_run_ended ON audit_run (book_id, ended_at) WHERE ended_at IS NOT NULL;

-- The first offender of each check that failed in a run.
CREATE TABLE audit_finding (
    book_id      smallint    NOT NULL,
    run_id       uuid        NOT NULL,
    check_name   text        NOT NULL COLLATE "C",
    subject      text        NOT NULL COLLATE "C",               -- below the book's path: entries/12 …
    seq          bigint,                                         -- the entry at which it shows
    found        text        NOT NULL,
    expected     text        NOT NULL,
    PRIMARY KEY (book_id, run_id, check_name)
);
