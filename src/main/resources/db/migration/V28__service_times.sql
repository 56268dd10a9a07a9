-- When on its day a service began, where somebody wrote that down: what was given at one time, and at night, can be seen.

ALTER TABLE service_record
    ADD COLUMN started_at time(0);      -- by the community's clock, on the day occurred_on
