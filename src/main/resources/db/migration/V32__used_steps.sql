-- Of which steps of a device a code was taken: what is uploaded late is judged by the step itself, whatever was paid since.
-- Rows of the past serve nobody: the owner may delete those that are older than what can still be uploaded, which is
-- 60 days and the longest allowance.
CREATE TABLE pay_device_step (
    book_id    smallint NOT NULL,
    device_id  uuid     NOT NULL,
    step       bigint   NOT NULL,                                -- 20 s each, from 1970 on
    and_before boolean  NOT NULL DEFAULT false,                  -- those before it are used up, too
    PRIMARY KEY (book_id, device_id, step)
);
-- Finds what stands for the time before this table.
CREATE UNIQUE INDEX pay_device_step_before ON pay_device_step (book_id, device_id) WHERE and_before;

-- Which steps were used until now is not known, but the last.
INSERT INTO pay_device_step (book_id, device_id, step, and_before)
SELECT book_id, device_id, last_step, true
FROM pay_device
WHERE last_step >= 0;
