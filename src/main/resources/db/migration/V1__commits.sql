-- The group commit: what it locks, and the answers it gave.

-- One row a book, and book 0 for what has none. Its row lock is the only lock of the service; a table of its own, so that
-- the lock is taken before anything else of the book is read.
CREATE TABLE commit_lock (
    book_id smallint PRIMARY KEY
);
INSERT INTO commit_lock (book_id) VALUES (0);

-- Answers: what a client was told under a key of his, for ever. Written in the transaction of the effect.
CREATE TABLE commit_answer (
    book_id     smallint NOT NULL,
    client_id   integer  NOT NULL,
    key         text     NOT NULL COLLATE "C",
    fingerprint bytea    NOT NULL CHECK (octet_length(fingerprint) = 32),
    status      smallint NOT NULL,
    location    text     COLLATE "C",
    body        bytea    NOT NULL,
    PRIMARY KEY (book_id, client_id, key)
);
-- Bodies are a few hundred bytes and read only with their row: out-of-line storage would cost a second index.
ALTER TABLE commit_answer ALTER COLUMN body SET STORAGE MAIN;
