-- A redemption is found by (book_id, redemption_id). An index of (book_id, member, redemption_id) can serve that, too, by
-- reading all of the book, and on a small or never analysed table PostgreSQL was seen to take it: each look-up of a commit
-- then cost as much as the book has redemptions. With the member first only lists by member can use it.
DROP INDEX redemption_member;
DROP INDEX redemption_merchant_list;
-- A merchant's redemptions, and a member's.
CREATE INDEX redemption_merchant_list ON redemption (merchant, book_id, redemption_id);
CREATE INDEX redemption_member ON redemption (member, book_id, redemption_id);
