-- What is parked: counted every few seconds, shown, and asked for again. All others of the table were delivered, and stay.
CREATE INDEX event_aside_parked ON event_aside (webhook_id, book_id) WHERE state = 'PARKED';
