-- What merchants are owed, closed for payment.

CREATE TABLE settlement (
    book_id        smallint    NOT NULL,
    settlement_id  uuid        NOT NULL,                         -- version 7, so that a page's order is that of closing
    merchant       text        NOT NULL COLLATE "C",
    status         text        NOT NULL COLLATE "C" CHECK (status IN ('CLOSED', 'PAID', 'REJECTED')),
    first_day      date        NOT NULL,
    last_day       date        NOT NULL,
    prior_day      date,                                         -- through which the merchant was settled before
    prior_entry    bigint      NOT NULL,                         -- its postings on 2300 behind this entry …
    last_entry     bigint      NOT NULL,                         -- … up to this one are the batch's
    carried_over   bigint      NOT NULL,                         -- owed before them; below zero by late refunds
    earned         bigint      NOT NULL,                         -- what they come to
    withheld       bigint      NOT NULL CHECK (withheld >= 0),   -- given back behind the period, and not to be paid
    amount         bigint      NOT NULL CHECK (amount > 0),      -- hundredths of a point
    fen_per_point  integer     NOT NULL CHECK (fen_per_point > 0),
    discount_basis_points integer NOT NULL CHECK (discount_basis_points BETWEEN 0 AND 10000),
    gross_fen      bigint      NOT NULL CHECK (gross_fen >= 0),
    payment_fen    bigint      NOT NULL CHECK (payment_fen BETWEEN 0 AND gross_fen),
    reference      text        COLLATE "C",
    maker          text        NOT NULL COLLATE "C",
    close_entry    bigint      NOT NULL,
    closed_at      timestamptz NOT NULL,
    checker        text        COLLATE "C",
    end_entry      bigint,                                       -- the entry that paid or rejected it
    ended_at       timestamptz,
    bank_reference text        COLLATE "C",
    reason         text,                                         -- a person's text, and erasable
    PRIMARY KEY (book_id, settlement_id),
    CHECK (amount = carried_over + earned - withheld),
    CHECK (first_day <= last_day AND prior_entry <= last_entry),
    CHECK (checker <> maker),
    CHECK ((status = 'CLOSED') = (end_entry IS NULL) AND (end_entry IS NULL) = (ended_at IS NULL)
           AND (end_entry IS NULL) = (checker IS NULL)),
    CHECK ((status = 'PAID') = (bank_reference IS NOT NULL))
);
-- A merchant's batches, in order.
CREATE INDEX settlement_merchant ON settlement (book_id, merchant, settlement_id);
-- A payment of the bank is for one batch.
CREATE UNIQUE INDEX settlement_bank_reference ON settlement (book_id, bank_reference) WHERE bank_reference IS NOT NULL;
-- What waits for its payment: the metric looks at it.
CREATE INDEX settlement_waiting ON settlement (closed_at) WHERE status = 'CLOSED';

-- How far a merchant is settled. Periods do not overlap because each begins where this says.
CREATE TABLE settlement_position (
    book_id     smallint NOT NULL,
    merchant    text     NOT NULL COLLATE "C",
    closed      bigint   NOT NULL,                               -- all that was closed, without what was rejected
    through_day date,                                            -- null when all that was closed is rejected
    last_entry  bigint   NOT NULL,
    earned      bigint   NOT NULL,                               -- all postings on 2300 up to it but those of settlements
    PRIMARY KEY (book_id, merchant)
);

-- What a point is paid with. A book without a row pays 1.00 CNY.
CREATE TABLE settlement_terms (
    book_id       smallint    PRIMARY KEY,
    fen_per_point integer     NOT NULL CHECK (fen_per_point BETWEEN 1 AND 10000),
    version       bigint      NOT NULL CHECK (version > 0),
    changed_at    timestamptz NOT NULL
);
