-- A terminal's transaction is found by (book_id, merchant, terminal, terminal_transaction). The list of a merchant's redemptions
-- can serve that, too, by reading all of them, and PostgreSQL was seen to take it on a table that was never analysed; it would
-- with many books, because it takes merchant and book for independent. With this condition only what asks for redemptions in
-- order of their ids can use it.
DROP INDEX redemption_merchant_list;
CREATE INDEX redemption_merchant_list ON redemption (merchant, book_id, redemption_id) WHERE redemption_id IS NOT NULL;
