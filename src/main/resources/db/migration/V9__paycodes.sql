-- Pay codes and vouchers. No code and no secret of a device is here: codes are found by their keyed hashes, and secrets
-- follow from the installation's key, which is not in the database.

-- Codes that the service made. Rows of the past serve nobody: the owner may delete those whose time is long over.
CREATE TABLE pay_code (
    book_id     smallint    NOT NULL,
    code_id     uuid        NOT NULL,                            -- the keyed hash of the code
    member      text        NOT NULL COLLATE "C",
    made_at     timestamptz NOT NULL,
    valid_until timestamptz NOT NULL CHECK (valid_until > made_at),
    used_at     timestamptz CHECK (used_at < valid_until),
    PRIMARY KEY (book_id, code_id)
) WITH (fillfactor = 90);   -- most are used once: room for HOT updates

-- Devices that make codes offline, of all members and times.
CREATE TABLE pay_device (
    book_id     smallint    NOT NULL,
    member      text        NOT NULL COLLATE "C",
    device_id   uuid        NOT NULL,                            -- version 7, so that a page's order is that of enrolment
    handle      text        NOT NULL COLLATE "C" CHECK (handle ~ '^[0-9]{7}$'),
    label       text,
    enrolled_at timestamptz NOT NULL,
    revoked_at  timestamptz,
    last_step   bigint      NOT NULL,                            -- codes of this 20 s step and of those before are used up
    last_used_at timestamptz,
    PRIMARY KEY (book_id, member, device_id)                     -- also loads all devices of a member
) WITH (fillfactor = 70);
-- Finds the device of a code. A handle is given once in a book.
CREATE UNIQUE INDEX pay_device_handle ON pay_device (book_id, handle);

-- Vouchers; the hold of a voucher has its id.
CREATE TABLE pay_voucher (
    book_id    smallint    NOT NULL,
    voucher_id uuid        NOT NULL,                             -- version 7, so that a page's order is that of making
    code_hash  uuid        NOT NULL,                             -- the keyed hash of the code
    member     text        NOT NULL COLLATE "C",
    amount     bigint      NOT NULL CHECK (amount > 0),          -- hundredths of a point
    status     text        NOT NULL COLLATE "C" CHECK (status IN ('ACTIVE', 'USED', 'REVOKED', 'EXPIRED')),
    expires_on date        NOT NULL,                             -- the last day, in the community's calendar
    expires_at timestamptz NOT NULL,                             -- the end of that day
    reference  text        COLLATE "C",
    created_at timestamptz NOT NULL CHECK (created_at < expires_at),
    ended_at   timestamptz CHECK ((ended_at IS NULL) = (status = 'ACTIVE')),
    PRIMARY KEY (book_id, voucher_id)
) WITH (fillfactor = 80);
-- Finds the voucher of a code.
CREATE UNIQUE INDEX pay_voucher_code ON pay_voucher (book_id, code_hash);
-- A member's vouchers.
CREATE INDEX pay_voucher_member ON pay_voucher (book_id, member, voucher_id);
-- The expiry job.
CREATE INDEX pay_voucher_expiry ON pay_voucher (expires_at) WHERE status = 'ACTIVE';
