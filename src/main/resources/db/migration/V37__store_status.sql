-- Stores are suspended, resumed and closed as merchants and terminals are. Those that are there sell.
ALTER TABLE merchant_store
    ADD COLUMN status text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED'));

-- Finds those of a merchant whose tills sell nothing: few, and mostly none.
CREATE INDEX merchant_store_stopped ON merchant_store (book_id, merchant_id) WHERE status <> 'ACTIVE';

-- A change is of a merchant (store_id and terminal_id are ''), of a store or of a terminal. Stores and terminals may have
-- the same ids.
ALTER TABLE merchant_status_change
    ADD COLUMN store_id text NOT NULL DEFAULT '' COLLATE "C",
    ADD CHECK (store_id = '' OR terminal_id = ''),
    DROP CONSTRAINT merchant_status_change_pkey,
    ADD PRIMARY KEY (book_id, merchant_id, terminal_id, store_id, version);
