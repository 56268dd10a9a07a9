-- Books that were kept elsewhere: up to this entry theirs is the history of another installation, which has the service
-- records, redemptions and settlements of it. Their rows of ledger_entry have client 0, which no client is: who posted stands
-- in the sealed bytes.
CREATE TABLE imported_book (
    book_id       smallint    PRIMARY KEY,
    last_seq      bigint      NOT NULL CHECK (last_seq >= 0),
    accounts      integer     NOT NULL CHECK (accounts >= 0),
    postings      bigint      NOT NULL CHECK (postings >= 0),
    root          bytea       NOT NULL CHECK (octet_length(root) = 32),        -- RFC 9162, over these entries
    checkpoint    text,                                                        -- signed, as it came with them
    upload_sha256 bytea       NOT NULL CHECK (octet_length(upload_sha256) = 32),
    imported_at   timestamptz NOT NULL,
    client_id     integer     NOT NULL,
    client        text        NOT NULL COLLATE "C"
);
