-- The kernel: books, accounts, entries, postings, holds. book_id leads every key, so that a book can live on a node of
-- its own. There are no foreign keys between the tables that every commit writes: the kernel makes their rows together,
-- the self-audit proves that they agree, and a check per row would cost more than the insert.

CREATE TABLE ledger_book (
    book_id              smallint    PRIMARY KEY,
    code                 text        NOT NULL UNIQUE COLLATE "C",
    name                 text        NOT NULL,
    kind                 text        NOT NULL CHECK (kind IN ('COMMUNITY', 'HUB')),
    calendar             text        NOT NULL,                   -- an IANA zone: whose days are business dates
    service_earns_time   boolean     NOT NULL,
    points_per_hour      bigint      NOT NULL CHECK (points_per_hour >= 0),   -- hundredths of a point, by the minute
    member_points_transfer boolean   NOT NULL,
    created_at           timestamptz NOT NULL,
    last_seq             bigint      NOT NULL DEFAULT 0,
    last_account         integer     NOT NULL DEFAULT 0,
    last_posted_at       timestamptz NOT NULL
) WITH (fillfactor = 50);   -- updated by every commit: room for HOT updates

CREATE TABLE ledger_account (
    book_id     smallint NOT NULL,
    account_id  integer  NOT NULL CHECK (account_id > 0),        -- 1, 2, 3 … in its book
    code        text     NOT NULL COLLATE "C",                   -- of the chart
    owner       text     NOT NULL COLLATE "C",                   -- '' where the chart has none
    unit        text     NOT NULL COLLATE "C" CHECK (unit IN ('MIN', 'PTS')),
    lot         text     NOT NULL COLLATE "C",                   -- '' is the holder's own, unrestricted part
    expires_on  date,
    restricted  boolean  NOT NULL,
    floor       bigint   NOT NULL,
    ceiling     bigint   NOT NULL,
    status      text     NOT NULL COLLATE "C" CHECK (status IN ('OPEN', 'FROZEN', 'CLOSED')),
    posted      bigint   NOT NULL,
    held        bigint   NOT NULL CHECK (held >= 0),
    version     bigint   NOT NULL CHECK (version >= 0),          -- how many postings it has had
    PRIMARY KEY (book_id, account_id),
    UNIQUE (book_id, code, owner, unit, lot),                    -- also loads every lot of a holder
    CHECK (posted <= ceiling),
    CHECK (posted - held >= floor)
) WITH (fillfactor = 70);
-- Accounts of one member or merchant, of all codes.
CREATE INDEX ledger_account_owner ON ledger_account (book_id, owner);

-- Entries: one business event each, immutable, numbered without gaps in their book.
CREATE TABLE ledger_entry (
    book_id      smallint    NOT NULL,
    seq          bigint      NOT NULL CHECK (seq > 0),           -- the leaf of the transparency log is seq - 1
    posted_at    timestamptz NOT NULL,                           -- never before seq - 1's
    group_id     uuid,                                           -- entries made together
    reverses     bigint,
    client_id    integer     NOT NULL,
    occurred_on  date        NOT NULL,                           -- when it happened, in the community's calendar
    type         text        NOT NULL COLLATE "C",
    unit         text        NOT NULL COLLATE "C" CHECK (unit IN ('MIN', 'PTS')),
    actor        text        COLLATE "C",
    on_behalf_of text        COLLATE "C",
    approver     text        COLLATE "C",
    reference    text        COLLATE "C",
    canonical    bytea       NOT NULL,                           -- RFC 8785, as it was hashed
    leaf_hash    bytea       NOT NULL CHECK (octet_length(leaf_hash) = 32),   -- RFC 9162 section 2.1.1
    PRIMARY KEY (book_id, seq)
);
CREATE INDEX ledger_entry_reference ON ledger_entry (book_id, reference) WHERE reference IS NOT NULL;
CREATE INDEX ledger_entry_group ON ledger_entry (book_id, group_id) WHERE group_id IS NOT NULL;
-- An entry is reversed at most once.
CREATE UNIQUE INDEX ledger_entry_reverses ON ledger_entry (book_id, reverses) WHERE reverses IS NOT NULL;

CREATE TABLE ledger_posting (
    book_id       smallint NOT NULL,
    account_id    integer  NOT NULL,
    seq           bigint   NOT NULL,
    amount        bigint   NOT NULL CHECK (amount <> 0),         -- positive credits the account
    balance_after bigint   NOT NULL,
    version       bigint   NOT NULL CHECK (version > 0),         -- 1, 2, 3 … of the account
    PRIMARY KEY (book_id, account_id, seq)                       -- the statement, and balances as of an entry
);
-- The postings of an entry.
CREATE INDEX ledger_posting_entry ON ledger_posting (book_id, seq);

-- What persons wrote about an entry, and its salt: erasable, because the sealed bytes carry only a salted hash of it.
CREATE TABLE ledger_entry_text (
    book_id  smallint NOT NULL,
    seq      bigint   NOT NULL,
    salt     bytea    NOT NULL CHECK (octet_length(salt) = 16),
    reason   text,
    metadata jsonb,
    PRIMARY KEY (book_id, seq)
);

CREATE TABLE ledger_hold (
    book_id    smallint    NOT NULL,
    hold_id    uuid        NOT NULL,
    status     text        NOT NULL COLLATE "C" CHECK (status IN ('ACTIVE', 'CAPTURED', 'RELEASED', 'EXPIRED')),
    reference  text        COLLATE "C",
    placed_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at   timestamptz CHECK ((ended_at IS NULL) = (status = 'ACTIVE')),
    captured_seq bigint    CHECK ((captured_seq IS NOT NULL) = (status = 'CAPTURED')),
    lines_account bigint[] NOT NULL,                             -- what is reserved, in the order in which it is spent
    lines_amount  bigint[] NOT NULL,
    PRIMARY KEY (book_id, hold_id)
) WITH (fillfactor = 80);
-- The expiry job.
CREATE INDEX ledger_hold_expiry ON ledger_hold (book_id, expires_at) WHERE status = 'ACTIVE';
