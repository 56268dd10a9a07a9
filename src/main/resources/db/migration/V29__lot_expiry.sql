-- Lots that expire, for the job that takes them out of circulation. It tells nothing that a posting changes, so that an
-- account's update stays within its page.
CREATE INDEX ledger_account_expiring ON ledger_account (book_id, expires_on, account_id) WHERE expires_on IS NOT NULL;
