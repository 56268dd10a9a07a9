-- Vouchers whose time is over are looked for book by book, so that a book with many does not hide the others.
DROP INDEX pay_voucher_expiry;
CREATE INDEX pay_voucher_expiry ON pay_voucher (book_id, expires_at) WHERE status = 'ACTIVE';
