-- Exports: jobs, and the files they have made. They are copies of what the books say: the only rows that the application
-- may delete, when they are asked to go or their time is over.
CREATE TABLE export_job (
    book_id         smallint    NOT NULL,
    export_id       uuid        NOT NULL,                        -- version 7, so that a page's order is that of asking
    client_id       integer     NOT NULL,                        -- who asked
    client          text        NOT NULL,
    parameters      json        NOT NULL,                        -- as resolved: the same give the same files for ever
    created_at      timestamptz NOT NULL,
    status          text        NOT NULL COLLATE "C" CHECK (status IN ('WAITING', 'RUNNING', 'DONE', 'FAILED')),
    fence           bigint      NOT NULL DEFAULT 0,              -- counts the leases
    lease_until     timestamptz NOT NULL DEFAULT '-infinity',
    attempts        integer     NOT NULL DEFAULT 0,              -- in a row, none of which finished a file
    next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
    last_error      text        COLLATE "C",                     -- its class
    ended_at        timestamptz CHECK ((ended_at IS NULL) = (status IN ('WAITING', 'RUNNING'))),
    expires_at      timestamptz CHECK ((expires_at IS NULL) = (ended_at IS NULL)),
    PRIMARY KEY (book_id, export_id)
) WITH (fillfactor = 70);
-- What there is to do, and what is over.
CREATE INDEX export_job_open ON export_job (next_attempt_at) WHERE status IN ('WAITING', 'RUNNING');
CREATE INDEX export_job_expiry ON export_job (expires_at) WHERE expires_at IS NOT NULL;

-- A file that is whole. A job that goes on after a crash makes only those that are not here.
CREATE TABLE export_file (
    book_id   smallint NOT NULL,
    export_id uuid     NOT NULL,
    name      text     NOT NULL COLLATE "C",
    records   bigint   NOT NULL CHECK (records >= 0),            -- lines of data: entries, accounts, postings …
    bytes     bigint   NOT NULL CHECK (bytes >= 0),
    deflated  bigint   NOT NULL CHECK (deflated > 0),
    chunks    integer  NOT NULL CHECK (chunks > 0),
    crc       bigint   NOT NULL,                                 -- CRC-32, as zip and gzip want it
    sha256    bytea    NOT NULL CHECK (octet_length(sha256) = 32),
    PRIMARY KEY (book_id, export_id, name)
);

-- Its bytes: one deflate stream (RFC 1951), cut, so that zip and gzip are made of it without packing anything again.
CREATE TABLE export_chunk (
    book_id   smallint NOT NULL,
    export_id uuid     NOT NULL,
    name      text     NOT NULL COLLATE "C",
    chunk_no  integer  NOT NULL CHECK (chunk_no >= 0),
    bytes     bytea    NOT NULL,
    PRIMARY KEY (book_id, export_id, name, chunk_no)
);
-- It is packed already.
ALTER TABLE export_chunk ALTER COLUMN bytes SET STORAGE EXTERNAL;
