-- What a period may issue, as it was set one time after the other: the floor of its account, which need not be there yet.
CREATE TABLE ledger_budget (
    book_id      smallint    NOT NULL,
    code         text        NOT NULL COLLATE "C",              -- of the chart: an issuing account
    owner        text        NOT NULL COLLATE "C",              -- a year, or a fund and a year
    unit         text        NOT NULL COLLATE "C" CHECK (unit IN ('MIN', 'PTS')),
    number       integer     NOT NULL CHECK (number > 0),       -- 1, 2, 3 … of the period; the last is what holds
    amount       bigint      NOT NULL CHECK (amount >= issued),
    issued       bigint      NOT NULL CHECK (issued >= 0),      -- by the period when it was set
    set_at       timestamptz NOT NULL,
    client_id    integer     NOT NULL,
    client       text        NOT NULL,
    actor        text        COLLATE "C",
    on_behalf_of text        COLLATE "C",
    approver     text        COLLATE "C",
    reference    text        COLLATE "C",
    reason       text,                                          -- written by a person, and in no answer that is kept
    PRIMARY KEY (book_id, code, owner, number)
);
