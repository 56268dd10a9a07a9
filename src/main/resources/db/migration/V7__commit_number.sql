-- How many commits have changed a book. Who finds the number that he left knows that nobody else has changed the book
-- since, and need not read again what he knows.
ALTER TABLE commit_lock ADD COLUMN commit_no bigint NOT NULL DEFAULT 0;
-- Updated by every commit: room for HOT updates.
ALTER TABLE commit_lock SET (fillfactor = 25);
