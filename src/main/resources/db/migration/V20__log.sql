-- The transparency log's own record of the books: what was signed can be told from it alone, whatever becomes of the entries.
-- The integrator writes it beside the lanes, each step in one transaction that holds the row of its book in log_book.

-- How far the log of a book is. The row is the lock of its log: who holds it is the only one who appends.
CREATE TABLE log_book (
    book_id     smallint    PRIMARY KEY,
    size        bigint      NOT NULL CHECK (size >= 0),          -- leaves; also that of the last checkpoint, if there is one
    refused_seq bigint,                                          -- the entry over which nothing is signed
    refused     text        COLLATE "C" CHECK (refused IN ('ENTRY_MISSING', 'ENTRY_CHANGED', 'RECORD_CHANGED')),
    refused_at  timestamptz,
    CHECK ((refused IS NULL) = (refused_seq IS NULL) AND (refused IS NULL) = (refused_at IS NULL))
) WITH (fillfactor = 50);   -- updated by every step: room for HOT updates

-- The hashes of the tree by levels of 256 (c2sp.org/tlog-tiles): level 0 the leaves', each above the root of a full tile
-- below. A row has up to 32 hashes that follow one another within a multiple of 32, so that none is stored out of line.
CREATE TABLE log_hash (
    book_id smallint NOT NULL,
    level   smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
    first   bigint   NOT NULL CHECK (first >= 0),                -- the place of the row's first hash in its level
    hashes  bytea    NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 1024 AND octet_length(hashes) % 32 = 0),
    PRIMARY KEY (book_id, level, first)                          -- a tile is a range of it
);

-- What was signed. One for a size at most, whoever signs: that is what keeps the log from forking.
CREATE TABLE log_checkpoint (
    book_id   smallint    NOT NULL,
    size      bigint      NOT NULL,
    note      text        NOT NULL,                              -- c2sp.org/tlog-checkpoint, as it is given out
    signed_at timestamptz NOT NULL,
    PRIMARY KEY (book_id, size)
);

-- The verification keys of all that was ever signed, as text.
CREATE TABLE log_key (
    book_id smallint    NOT NULL,
    key     text        NOT NULL COLLATE "C",
    since   bigint      NOT NULL,                                -- the size of the first checkpoint that it signed
    at      timestamptz NOT NULL,
    PRIMARY KEY (book_id, key)
);
