-- Points spent at merchants.

CREATE TABLE redemption_merchant (
    book_id       smallint    NOT NULL,
    merchant_id   text        NOT NULL COLLATE "C",
    name          text        NOT NULL,
    kind          text        NOT NULL CHECK (kind IN ('COMMERCIAL', 'COMMUNITY_STORE')),
    status        text        NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED')),
    version       bigint      NOT NULL CHECK (version > 0),
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (book_id, merchant_id)
);

CREATE TABLE redemption (
    book_id       smallint    NOT NULL,
    redemption_id uuid        NOT NULL,                          -- version 7, so that a page's order is that of recording
    mode          text        NOT NULL COLLATE "C" CHECK (mode IN ('SALE')),
    status        text        NOT NULL COLLATE "C" CHECK (status IN ('CAPTURED')),
    member        text        NOT NULL COLLATE "C",
    merchant      text        NOT NULL COLLATE "C",
    amount        bigint      NOT NULL CHECK (amount > 0),       -- hundredths of a point
    terminal      text        COLLATE "C",
    terminal_transaction text COLLATE "C",                       -- the terminal's own number of it
    reference     text        COLLATE "C",
    occurred_on   date        NOT NULL,
    created_at    timestamptz NOT NULL,
    seq           bigint      NOT NULL,                          -- the entry that spent the points
    PRIMARY KEY (book_id, redemption_id),
    CHECK ((terminal IS NULL) = (terminal_transaction IS NULL))
);
-- A terminal's transaction has one effect, whatever the idempotency key; also how a terminal finds what became of it.
CREATE UNIQUE INDEX redemption_terminal_transaction
    ON redemption (book_id, merchant, terminal, terminal_transaction) WHERE terminal IS NOT NULL;
-- An entry belongs to one redemption; also finds the redemption of an entry.
CREATE UNIQUE INDEX redemption_entry ON redemption (book_id, seq);
-- A merchant's redemptions, and a member's.
CREATE INDEX redemption_merchant_list ON redemption (book_id, merchant, redemption_id);
CREATE INDEX redemption_member ON redemption (book_id, member, redemption_id);
