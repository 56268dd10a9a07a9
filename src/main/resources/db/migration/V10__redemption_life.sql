-- The life of a redemption: authorized, captured, voided, refunded, reversed; and transactions that never came.

ALTER TABLE redemption
    DROP CONSTRAINT redemption_mode_check,
    DROP CONSTRAINT redemption_status_check,
    ALTER COLUMN seq DROP NOT NULL,                              -- the entry that captured; none before, and none after a void
    ADD COLUMN approved      bigint,                             -- what was held or spent; below amount when it was approved in part
    ADD COLUMN cash          bigint      NOT NULL DEFAULT 0,     -- what was paid in cash: a memo
    ADD COLUMN expires_at    timestamptz,                        -- of an authorization
    ADD COLUMN captured      bigint,
    ADD COLUMN captured_at   timestamptz,
    ADD COLUMN refunded      bigint      NOT NULL DEFAULT 0,     -- the sum of its rows in redemption_refund
    ADD COLUMN ended_at      timestamptz,                        -- when it was voided or reversed
    ADD COLUMN payable_after bigint,                             -- what a sale's answer told, for the same answer to a retry
    ADD COLUMN content       bytea;                              -- SHA-256 of a terminal's request: a retry is known by it

UPDATE redemption SET approved = amount, captured = amount, captured_at = created_at;

-- Until now the content of a terminal's transaction was the fingerprint of an answer that the book kept for nobody.
UPDATE redemption r
SET content = a.fingerprint, payable_after = (convert_from(a.body, 'UTF8')::jsonb ->> 'payableAfter')::bigint
FROM commit_answer a
WHERE a.book_id = r.book_id AND a.client_id = 0
AND a.key = 'redemptions ' || r.merchant || ' ' || r.terminal || ' ' || r.terminal_transaction;

ALTER TABLE redemption
    ALTER COLUMN approved SET NOT NULL,
    ADD CHECK (mode IN ('AUTHORIZE', 'SALE')),
    -- AUTHORIZED past expires_at is expired: nothing is written then but the hold's end.
    ADD CHECK (status IN ('AUTHORIZED', 'CAPTURED', 'REFUNDED', 'VOIDED', 'REVERSED')),
    ADD CHECK (approved BETWEEN 1 AND amount),
    ADD CHECK (captured BETWEEN 1 AND approved),
    ADD CHECK (cash >= 0),
    ADD CHECK ((captured IS NULL) = (seq IS NULL) AND (captured IS NULL) = (captured_at IS NULL)),
    ADD CHECK (refunded BETWEEN 0 AND coalesce(captured, 0)),
    ADD CHECK ((mode = 'AUTHORIZE') = (expires_at IS NOT NULL)),
    ADD CHECK ((terminal IS NULL) OR (octet_length(content) = 32)),
    ADD CHECK (CASE status
                   WHEN 'AUTHORIZED' THEN captured IS NULL AND ended_at IS NULL
                   WHEN 'CAPTURED' THEN refunded < captured AND ended_at IS NULL
                   WHEN 'REFUNDED' THEN refunded = captured AND ended_at IS NULL
                   WHEN 'VOIDED' THEN captured IS NULL AND ended_at IS NOT NULL
                   ELSE refunded = coalesce(captured, 0) AND ended_at IS NOT NULL
               END);

-- A capture writes seq, and a row whose indexed columns change has to be entered in all its indexes again.
DROP INDEX redemption_entry;
ALTER TABLE redemption SET (fillfactor = 80);

-- Given back of what was captured: by refunds, or by the reversal of the terminal's transaction.
CREATE TABLE redemption_refund (
    book_id       smallint    NOT NULL,
    redemption_id uuid        NOT NULL,
    seq           bigint      NOT NULL,                          -- the entry that gave it back; also the id of the refund
    kind          text        NOT NULL COLLATE "C" CHECK (kind IN ('REFUND', 'REVERSAL')),
    amount        bigint      NOT NULL CHECK (amount > 0),
    terminal      text        COLLATE "C",                       -- where it was taken back
    reference     text        COLLATE "C",
    occurred_on   date        NOT NULL,
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (book_id, redemption_id, seq),
    UNIQUE (book_id, seq)
);

-- Tombstones: a terminal's transaction that was reversed before it came. It is refused when it comes.
CREATE TABLE redemption_tombstone (
    book_id       smallint    NOT NULL,
    merchant      text        NOT NULL COLLATE "C",
    terminal      text        NOT NULL COLLATE "C",
    terminal_transaction text NOT NULL COLLATE "C",
    reversed_at   timestamptz NOT NULL,
    PRIMARY KEY (book_id, merchant, terminal, terminal_transaction)
);

-- Which process releases what has expired. Two that do are no danger, only double work.
CREATE TABLE redemption_expiry_lease (
    one           boolean     PRIMARY KEY CHECK (one),
    holder        uuid        NOT NULL,
    until         timestamptz NOT NULL
);
INSERT INTO redemption_expiry_lease VALUES (true, gen_random_uuid(), '-infinity');
