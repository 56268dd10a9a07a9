-- Who asks: API clients, what they may, and their keys.

CREATE TABLE access_client (
    client_id  integer     PRIMARY KEY,                    -- 1, 2, 3 …; internal: entries carry it
    client     text        NOT NULL UNIQUE COLLATE "C",    -- the name that the API and the entries show
    roles      text[]      NOT NULL,
    books      text[]      NOT NULL,                       -- codes of books; {*} is every book
    merchant   text        COLLATE "C",                    -- the merchant that a TERMINAL sees
    created_at timestamptz NOT NULL
);

-- Keys: only their SHA-256 is known here. A key has 256 random bits, so that a fast hash is enough.
CREATE TABLE access_key (
    key_id     uuid        PRIMARY KEY,
    -- Checked at COMMIT: in one commit a key's row goes out before its client's, which Hibernate flushes at the end.
    client_id  integer     NOT NULL REFERENCES access_client DEFERRABLE INITIALLY DEFERRED,
    key_hash   bytea       NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
