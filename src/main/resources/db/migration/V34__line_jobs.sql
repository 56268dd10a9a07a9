-- Jobs of lines: many items of a collection, done one after the other. What the lines say is kept until they are done, and what
-- became of them for ever.
CREATE TABLE line_job (
    book_id         smallint    NOT NULL,
    job_id          uuid        NOT NULL,                        -- version 7, so that a page's order is that of ordering
    collection      text        NOT NULL COLLATE "C",            -- of the API: what its lines are
    client_id       integer     NOT NULL,                        -- who ordered it
    client          text        NOT NULL COLLATE "C",
    key_id          uuid        NOT NULL,                        -- with this key: when it is revoked, the job is stopped
    language        text        NOT NULL COLLATE "C",            -- of the problems in its results
    created_at      timestamptz NOT NULL,
    lines           integer     NOT NULL CHECK (lines > 0),
    created         integer     NOT NULL DEFAULT 0 CHECK (created >= 0),
    replayed        integer     NOT NULL DEFAULT 0 CHECK (replayed >= 0),
    refused         integer     NOT NULL DEFAULT 0 CHECK (refused >= 0),
    status          text        NOT NULL COLLATE "C" CHECK (status IN ('WAITING', 'RUNNING', 'DONE', 'STOPPED')),
    stopped_because text        COLLATE "C" CHECK ((stopped_because IS NULL) = (status <> 'STOPPED')),
    ended_at        timestamptz CHECK ((ended_at IS NULL) = (status IN ('WAITING', 'RUNNING'))),
    fence           bigint      NOT NULL DEFAULT 0,              -- counts the leases
    lease_until     timestamptz NOT NULL DEFAULT '-infinity',
    attempts        integer     NOT NULL DEFAULT 0,              -- in a row, none of which came a line further
    next_attempt_at timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (book_id, job_id),
    CHECK (created + replayed + refused <= lines),
    CHECK (status <> 'DONE' OR created + replayed + refused = lines)
) WITH (fillfactor = 70);
-- What there is to do.
CREATE INDEX line_job_open ON line_job (next_attempt_at, created_at) WHERE ended_at IS NULL;

-- Lines that are not done, as they were sent. They say what persons wrote, so a row goes with the commit that does its lines.
CREATE TABLE line_job_part (
    book_id    smallint NOT NULL,
    job_id     uuid     NOT NULL,
    first_line integer  NOT NULL CHECK (first_line >= 0),        -- counted from 0
    lines      bytea    NOT NULL,                                -- a JSON array
    PRIMARY KEY (book_id, job_id, first_line)
);
-- To pack it would take longer under the book's lock than to write it.
ALTER TABLE line_job_part ALTER COLUMN lines SET STORAGE EXTERNAL;

-- What became of a line. Of one that was not refused the answer is kept under its reference, in commit_answer.
CREATE TABLE line_job_result (
    book_id   smallint NOT NULL,
    job_id    uuid     NOT NULL,
    line_no   integer  NOT NULL CHECK (line_no >= 0),            -- counted from 0
    reference text     NOT NULL COLLATE "C",
    result    text     NOT NULL COLLATE "C" CHECK (result IN ('created', 'replayed', 'refused')),
    problem   bytea    CHECK ((problem IS NULL) = (result <> 'refused')),
    PRIMARY KEY (book_id, job_id, line_no)
);
