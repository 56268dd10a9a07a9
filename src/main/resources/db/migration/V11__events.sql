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
