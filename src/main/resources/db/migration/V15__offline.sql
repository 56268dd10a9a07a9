-- Sales made while a till had no connection: what it may sell then, and what it uploaded.

CREATE TABLE redemption_allowance (
    book_id      smallint    NOT NULL,
    merchant     text        NOT NULL COLLATE "C",
    terminal     text        NOT NULL COLLATE "C",
    allowance_id uuid        NOT NULL,                           -- version 7, so that a page's order is that of making
    per_sale     bigint      NOT NULL CHECK (per_sale > 0),      -- hundredths of a point
    sales        integer     NOT NULL CHECK (sales > 0),
    used         integer     NOT NULL CHECK (used BETWEEN 0 AND sales),
    valid_from   timestamptz NOT NULL,
    valid_until  timestamptz NOT NULL CHECK (valid_until > valid_from),
    revoked_at   timestamptz,
    signature    text        NOT NULL,                           -- over all that does not change, by the service's key
    client_id    integer     NOT NULL,
    client       text        NOT NULL,
    actor        text        COLLATE "C",
    PRIMARY KEY (book_id, merchant, terminal, allowance_id)
) WITH (fillfactor = 80);

-- What a redemption that was uploaded has besides the others.
CREATE TABLE redemption_offline (
    book_id       smallint    NOT NULL,
    redemption_id uuid        NOT NULL,
    allowance_id  uuid        NOT NULL,
    happened_at   timestamptz NOT NULL,                          -- by the till's clock
    shortfall     bigint      NOT NULL CHECK (shortfall >= 0),   -- what the member lacked then
    PRIMARY KEY (book_id, redemption_id)
);
