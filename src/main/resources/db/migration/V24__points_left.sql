-- What a member has left may be told at a till, once he has agreed.

ALTER TABLE member
    ADD COLUMN shows_points_left boolean NOT NULL DEFAULT false;  -- whether he agreed; nobody is told until then
