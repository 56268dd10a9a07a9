-- The end of a terminal's business day.

-- Once a terminal and day. What is recorded at closed_at or later counts to a later day, so that the numbers stand.
CREATE TABLE redemption_day_end (
    book_id   smallint    NOT NULL,
    merchant  text        NOT NULL COLLATE "C",
    terminal  text        NOT NULL COLLATE "C",
    day       date        NOT NULL,                              -- in the book's calendar
    closed_at timestamptz NOT NULL,
    content   bytea       NOT NULL CHECK (octet_length(content) = 32),  -- SHA-256 of the request: a retry is known by it
    report    text        NOT NULL,                              -- JSON: totals, differences and gaps as they were answered
    agrees    boolean     NOT NULL,                              -- whether there were no differences
    client_id integer     NOT NULL,
    client    text        NOT NULL,
    actor     text        COLLATE "C",
    reason    text,                                              -- why differences were accepted: a person's, and erasable
    PRIMARY KEY (book_id, merchant, terminal, day),
    CHECK (agrees OR reason IS NOT NULL)
);
CREATE INDEX redemption_day_end_day ON redemption_day_end (book_id, day, merchant, terminal);

-- A day's redemptions of a terminal: rows stand in the order of their making, so that a summary of blocks does, and costs a
-- sale nothing; with the index of terminals' transactions it finds a day.
CREATE INDEX redemption_created ON redemption USING brin (created_at) WITH (pages_per_range = 16, autosummarize = on);
-- What was taken back at a terminal.
CREATE INDEX redemption_refund_terminal ON redemption_refund (book_id, terminal, created_at) WHERE terminal IS NOT NULL;
