-- How far refunds may take a merchant's payable is a rule of refunds, and no bound of its account any more: a terminal's
-- reversal, which is never refused, takes it below. Accounts keep the bounds they opened with, so these are told; few, among
-- many, and read once.
UPDATE ledger_account
SET floor = -9223372036854775807
WHERE code = '2300' AND floor <> -9223372036854775807;
