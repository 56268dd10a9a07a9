-- Who takes part. No names, numbers or documents of persons: a member is an id.

CREATE TABLE member (
    book_id            smallint    NOT NULL,
    member_id          text        NOT NULL COLLATE "C",
    status             text        NOT NULL CHECK (status IN ('ACTIVE', 'FROZEN', 'CLOSED')),
    role               text,
    age_band           text,
    label              text,                                     -- a masked name, if the member agreed
    priority_recipient boolean     NOT NULL,
    version            bigint      NOT NULL CHECK (version > 0),
    registered_at      timestamptz NOT NULL,
    PRIMARY KEY (book_id, member_id)
);

-- Who froze, thawed or closed a member, when and why. The reason is a person's text, and erasable.
CREATE TABLE member_status_change (
    book_id    smallint    NOT NULL,
    member_id  text        NOT NULL COLLATE "C",
    version    bigint      NOT NULL,                             -- of the member after it
    status     text        NOT NULL CHECK (status IN ('ACTIVE', 'FROZEN', 'CLOSED')),
    changed_at timestamptz NOT NULL,
    client_id  integer     NOT NULL,
    client     text        NOT NULL,
    actor      text        COLLATE "C",
    reason     text,
    PRIMARY KEY (book_id, member_id, version)
);

CREATE TABLE member_team (
    book_id       smallint    NOT NULL,
    team_id       text        NOT NULL COLLATE "C",
    name          text        NOT NULL,
    version       bigint      NOT NULL CHECK (version > 0),
    registered_at timestamptz NOT NULL,
    PRIMARY KEY (book_id, team_id)
);

-- Registered kinship: who may receive time as a gift of whom.
CREATE TABLE member_kin (
    book_id       smallint    NOT NULL,
    member_id     text        NOT NULL COLLATE "C",
    kin_id        text        NOT NULL COLLATE "C",
    relation      text        NOT NULL,
    proof         text,                                          -- the community's number of the paper it saw
    version       bigint      NOT NULL CHECK (version > 0),
    registered_at timestamptz NOT NULL,                          -- gifts are possible a day later
    PRIMARY KEY (book_id, member_id, kin_id)
);

-- The organisation: district, street, community, grid …; a community or hub may keep a book.
CREATE TABLE member_organisation_unit (
    code       text        PRIMARY KEY COLLATE "C",
    parent     text        COLLATE "C" REFERENCES member_organisation_unit,
    kind       text        NOT NULL CHECK (kind IN ('DISTRICT', 'STREET', 'COMMUNITY', 'GRID', 'MICRO_GRID', 'BUILDING', 'HUB')),
    name       text        NOT NULL,
    book       text        UNIQUE COLLATE "C",
    created_at timestamptz NOT NULL
);
CREATE INDEX member_organisation_unit_parent ON member_organisation_unit (parent);
