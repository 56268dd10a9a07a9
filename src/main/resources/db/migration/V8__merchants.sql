-- Merchants in full: their stores, terminals and catalogue; and the terminal that a client is.

ALTER TABLE access_client
    ADD COLUMN terminal text COLLATE "C",                          -- of the merchant; null where it is none in particular
    ADD CONSTRAINT access_client_terminal_of_merchant CHECK (terminal IS NULL OR merchant IS NOT NULL);

-- Until a merchant is edited it sells what it likes, at no discount, and late refunds may take its payable to the
-- lowest that the chart of accounts allows.
ALTER TABLE redemption_merchant
    ADD COLUMN categories            text[]  NOT NULL DEFAULT '{}',
    ADD COLUMN discount_basis_points integer NOT NULL DEFAULT 0 CHECK (discount_basis_points BETWEEN 0 AND 10000),
    ADD COLUMN payable_floor         bigint  NOT NULL DEFAULT -1000000 CHECK (payable_floor BETWEEN -1000000 AND 0),
    DROP CONSTRAINT redemption_merchant_status_check,
    ADD CONSTRAINT redemption_merchant_status_check CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED'));

CREATE TABLE merchant_store (
    book_id       smallint    NOT NULL,
    merchant_id   text        NOT NULL COLLATE "C",
    store_id      text        NOT NULL COLLATE "C",
    name          text        NOT NULL,
    place         text,
    version       bigint      NOT NULL CHECK (version > 0),
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (book_id, merchant_id, store_id)
);

CREATE TABLE merchant_terminal (
    book_id           smallint    NOT NULL,
    merchant_id       text        NOT NULL COLLATE "C",
    terminal_id       text        NOT NULL COLLATE "C",
    store_id          text        COLLATE "C",
    status            text        NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED')),
    partial_approval  boolean     NOT NULL,
    shows_points_left boolean     NOT NULL,
    version           bigint      NOT NULL CHECK (version > 0),
    registered_at     timestamptz NOT NULL,
    PRIMARY KEY (book_id, merchant_id, terminal_id)
);

-- Who suspended, resumed or closed a merchant (terminal_id is '') or a terminal, when and why. The reason is a person's
-- text, and erasable.
CREATE TABLE merchant_status_change (
    book_id     smallint    NOT NULL,
    merchant_id text        NOT NULL COLLATE "C",
    terminal_id text        NOT NULL COLLATE "C",
    version     bigint      NOT NULL,                              -- of the merchant or terminal after it
    status      text        NOT NULL CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED')),
    changed_at  timestamptz NOT NULL,
    client_id   integer     NOT NULL,
    client      text        NOT NULL,
    actor       text        COLLATE "C",
    reason      text,
    PRIMARY KEY (book_id, merchant_id, terminal_id, version)
);

-- The catalogue is edited whole: this is its version, and its items are rows of the next table.
CREATE TABLE merchant_catalogue (
    book_id     smallint    NOT NULL,
    merchant_id text        NOT NULL COLLATE "C",
    version     bigint      NOT NULL CHECK (version > 0),
    changed_at  timestamptz NOT NULL,
    PRIMARY KEY (book_id, merchant_id)
);

CREATE TABLE merchant_item (
    book_id           smallint NOT NULL,
    merchant_id       text     NOT NULL COLLATE "C",
    item_id           text     NOT NULL COLLATE "C",
    place             integer  NOT NULL CHECK (place >= 0),        -- 0, 1, 2 … in the catalogue
    name              text     NOT NULL,
    category          text     NOT NULL COLLATE "C",
    price             bigint   NOT NULL CHECK (price > 0),         -- hundredths of a point
    per_member_count  integer  CHECK (per_member_count > 0),
    per_member_period text     CHECK (per_member_period IN ('DAY', 'WEEK', 'MONTH', 'YEAR', 'EVER')),
    weekdays          smallint NOT NULL CHECK (weekdays BETWEEN 1 AND 127),  -- a bit a day, Monday's is 1
    active            boolean  NOT NULL,
    removed           boolean  NOT NULL,                           -- no longer in the catalogue; nothing is deleted
    PRIMARY KEY (book_id, merchant_id, item_id),
    CHECK ((per_member_count IS NULL) = (per_member_period IS NULL))
);

-- How many of an item a member bought on a day, without what he gave back. By day, so that any period can be counted, also
-- after the limit of an item was changed.
CREATE TABLE merchant_item_bought (
    book_id     smallint NOT NULL,
    merchant_id text     NOT NULL COLLATE "C",
    item_id     text     NOT NULL COLLATE "C",
    member_id   text     NOT NULL COLLATE "C",
    day         date     NOT NULL,                                 -- in the book's calendar
    count       integer  NOT NULL CHECK (count >= 0),
    PRIMARY KEY (book_id, merchant_id, item_id, member_id, day)
);
