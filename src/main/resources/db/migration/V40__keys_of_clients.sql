-- The keys of a client: for the list of them, for those that work when one is made or revoked, and for whether a webhook's
-- client has any. Keys are never deleted.
CREATE INDEX access_key_client ON access_key (client_id, key_id);
