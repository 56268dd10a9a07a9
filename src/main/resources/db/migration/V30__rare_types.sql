-- Lists of the entries of a type: gifts, grants, donations, openings. Five types are common, and stand so densely in the book
-- that its order finds them; an index entry more would be written by almost every commit.
CREATE INDEX ledger_entry_rare_type ON ledger_entry (book_id, type, seq)
    WHERE type NOT IN ('TRANSFER_TIME', 'EARN_TIME', 'EARN_POINTS_SERVICE', 'REDEEM_SALE', 'REDEEM_CAPTURE');
