-- A further wall behind the rules of the kernel. Apart from the tables, so that an engine without triggers can leave it
-- out; repeatable, so that it always matches the last tables. It is applied after every change of this file.
-- tables: commits, access, ledger, members, services, redemptions, merchants, paycodes, events, settlements, log, audit

CREATE OR REPLACE FUNCTION moralbank_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

DO $$
DECLARE
    recorded text;
BEGIN
    FOREACH recorded IN ARRAY ARRAY['commit_answer', 'ledger_entry', 'ledger_posting', 'ledger_event',
                                    'log_hash', 'log_checkpoint', 'log_key', 'audit_finding'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS append_only ON %I', recorded);
        EXECUTE format(
            'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
             FOR EACH STATEMENT EXECUTE FUNCTION moralbank_refuse_change()', recorded);
    END LOOP;
END $$;

-- The application's role reads everything, adds everywhere, and changes only what has a life. It deletes nothing.
DO $$
BEGIN
    IF '${appRole}' <> current_user THEN
        EXECUTE 'GRANT USAGE ON SCHEMA public TO ${appRole}';
        EXECUTE 'REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${appRole}';
        EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${appRole}';
        EXECUTE 'GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO ${appRole}';
        EXECUTE 'REVOKE UPDATE ON commit_answer, ledger_entry, ledger_posting, ledger_event,
                                  log_hash, log_checkpoint, log_key, audit_finding FROM ${appRole}';
        EXECUTE 'REVOKE INSERT, UPDATE ON flyway_schema_history FROM ${appRole}';
    END IF;
    IF '${auditorRole}' <> '' AND EXISTS (SELECT FROM pg_roles WHERE rolname = '${auditorRole}') THEN
        EXECUTE 'GRANT USAGE ON SCHEMA public TO ${auditorRole}';
        EXECUTE 'GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${auditorRole}';
        EXECUTE 'REVOKE SELECT ON access_key, commit_answer, event_webhook FROM ${auditorRole}';
    END IF;
END $$;
