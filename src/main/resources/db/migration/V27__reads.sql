-- What a page of a statement, a balance of the past and a turnover are told from stands in the primary keys, so that behind
-- ten million entries they read an account's few pages of an index rather than a page of a table for each posting, which
-- the server's memory has no longer.
ALTER TABLE ledger_posting DROP CONSTRAINT ledger_posting_pkey;
ALTER TABLE ledger_posting ADD PRIMARY KEY (book_id, account_id, seq) INCLUDE (amount, balance_after, version);
ALTER TABLE ledger_entry DROP CONSTRAINT ledger_entry_pkey;
ALTER TABLE ledger_entry ADD PRIMARY KEY (book_id, seq) INCLUDE (occurred_on, posted_at, type, reference);

-- The index alone answers where vacuum has seen the table's page. Of tables that only grow it looks at the new pages, each
-- once; by default it would wait until a fifth of the table is new.
ALTER TABLE ledger_posting SET (autovacuum_vacuum_insert_scale_factor = 0.02);
ALTER TABLE ledger_entry SET (autovacuum_vacuum_insert_scale_factor = 0.02);
