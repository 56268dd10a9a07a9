-- An entry names its accounts, so that its postings are found by their primary key: a second index on postings cost a
-- tenth of a commit's writes.
ALTER TABLE ledger_entry ADD COLUMN accounts integer[];

-- The walls stand behind the application, not the owner's migrations.
ALTER TABLE ledger_entry DISABLE TRIGGER USER;
UPDATE ledger_entry e
SET accounts = p.accounts
FROM (SELECT book_id, seq, array_agg(account_id ORDER BY account_id) AS accounts
      FROM ledger_posting
      GROUP BY book_id, seq) p
WHERE p.book_id = e.book_id AND p.seq = e.seq;
ALTER TABLE ledger_entry ENABLE TRIGGER USER;

ALTER TABLE ledger_entry ALTER COLUMN accounts SET NOT NULL;
DROP INDEX ledger_posting_entry;
