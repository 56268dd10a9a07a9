-- Books are closed and reopened: since when one is closed, and how often that was changed. No default is computed for the
-- rows that are there, and no row is rewritten.
ALTER TABLE ledger_book
    ADD COLUMN closed_at      timestamptz,                            -- null while it is open
    ADD COLUMN status_changes integer NOT NULL DEFAULT 0,
    ADD CHECK ((closed_at IS NOT NULL) = (status_changes % 2 = 1));   -- it is closed, reopened, closed …

CREATE TABLE ledger_book_status_change (
    book_id    smallint    NOT NULL,
    number     integer     NOT NULL CHECK (number > 0),               -- 1, 2, 3 … in its book
    status     text        NOT NULL CHECK (status IN ('OPEN', 'CLOSED')),
    changed_at timestamptz NOT NULL,
    client_id  integer     NOT NULL,
    client     text        NOT NULL,
    actor      text        COLLATE "C",
    reason     text        NOT NULL,                                  -- written by a person, and in no answer that is kept
    PRIMARY KEY (book_id, number)
);
