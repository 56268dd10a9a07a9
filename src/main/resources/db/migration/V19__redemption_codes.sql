-- Redemptions that were paid with a voucher, and what was bought of the merchant's catalogue.

ALTER TABLE redemption
    ADD COLUMN voucher   uuid,                                   -- whose hold is the authorization's
    ADD COLUMN lines     text,                                   -- JSON: items and how many of each; null without lines
    ADD COLUMN lines_day date,                                   -- on which they were counted as bought
    ADD CHECK ((lines IS NULL) = (lines_day IS NULL)),
    -- An expiry is written where it gave a voucher or items back, so that neither is given back twice.
    DROP CONSTRAINT redemption_status_check,
    ADD CONSTRAINT redemption_status_check
        CHECK (status IN ('AUTHORIZED', 'CAPTURED', 'REFUNDED', 'VOIDED', 'EXPIRED', 'REVERSED')),
    DROP CONSTRAINT redemption_check7,
    ADD CONSTRAINT redemption_state CHECK (CASE status
        WHEN 'AUTHORIZED' THEN captured IS NULL AND ended_at IS NULL
        WHEN 'CAPTURED' THEN refunded < captured AND ended_at IS NULL
        WHEN 'REFUNDED' THEN refunded = captured AND ended_at IS NULL
        WHEN 'VOIDED' THEN captured IS NULL AND ended_at IS NOT NULL
        WHEN 'EXPIRED' THEN mode = 'AUTHORIZE' AND captured IS NULL AND ended_at IS NULL
        ELSE refunded = coalesce(captured, 0) AND ended_at IS NOT NULL
    END);

-- A voucher's hold outlives the authorization, so that the expiry job cannot go by it. A column of its own, because an index
-- over status would have every capture entered anew in all indexes.
ALTER TABLE redemption
    ADD COLUMN voucher_due timestamptz GENERATED ALWAYS AS
        (CASE WHEN voucher IS NOT NULL AND status = 'AUTHORIZED' THEN expires_at END) STORED;
CREATE INDEX redemption_voucher_due ON redemption (voucher_due) WHERE voucher_due IS NOT NULL;
