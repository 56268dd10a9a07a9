-- A further wall behind the rules of the kernel. Apart from the tables, so that an engine without triggers can leave it
-- out; repeatable, so that it always matches the last tables. It is applied after every change of this file.
-- tables: commits, access, ledger, members, services, redemptions, merchants, paycodes, events, settlements, log, audit,
-- exports, imports, budgets, used steps, line jobs, closed books

CREATE OR REPLACE FUNCTION moralbank_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

DO $$
DECLARE
    recorded text;
BEGIN
    FOREACH recorded IN ARRAY ARRAY['commit_answer', 'ledger_entry', 'ledger_posting', 'ledger_event',
                                    'log_hash', 'log_checkpoint', 'log_key', 'audit_finding', 'imported_book',
                                    'line_job_result'] LOOP
        -- One that is there stays: to make it anew would lock the table against all who read it, in an upgrade under load.
        IF NOT EXISTS (SELECT FROM pg_trigger
                       WHERE tgrelid = recorded::regclass AND tgname = 'append_only' AND tgenabled = 'O') THEN
            EXECUTE format('DROP TRIGGER IF EXISTS append_only ON %I', recorded);
            EXECUTE format(
                'CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I
                 FOR EACH STATEMENT EXECUTE FUNCTION moralbank_refuse_change()', recorded);
        END IF;
    END LOOP;
END $$;

-- What a person wrote with a budget may be erased as other texts may; the budget itself is never changed.
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_trigger
                   WHERE tgrelid = 'ledger_budget'::regclass AND tgname = 'append_only' AND tgenabled = 'O') THEN
        DROP TRIGGER IF EXISTS append_only ON ledger_budget;
        CREATE TRIGGER append_only
            BEFORE UPDATE OF book_id, code, owner, unit, number, amount, issued, set_at, client_id, client, actor,
                             on_behalf_of, approver, reference
                OR DELETE OR TRUNCATE ON ledger_budget
            FOR EACH STATEMENT EXECUTE FUNCTION moralbank_refuse_change();
    END IF;
END $$;

-- The application's role reads everything, adds everywhere, and changes only what has a life. It deletes nothing but
-- exports, which are copies, and the lines of jobs when they are done. Roles have any name, also one with a quote in it,
-- so each is a text between dollars first; the spaces are there because Flyway overlooks a placeholder that follows a
-- dollar.
DO $walls$
DECLARE
    app     text := trim($role$ ${appRole} $role$);
    auditor text := trim($role$ ${auditorRole} $role$);
BEGIN
    IF app <> current_user THEN
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', app);
        EXECUTE format('REVOKE ALL ON ALL TABLES IN SCHEMA public FROM %I', app);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA public TO %I', app);
        EXECUTE format('GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO %I', app);
        EXECUTE format('REVOKE UPDATE ON commit_answer, ledger_entry, ledger_posting, ledger_event,
                                         log_hash, log_checkpoint, log_key, audit_finding, imported_book,
                                         line_job_result FROM %I', app);
        EXECUTE format('REVOKE UPDATE ON ledger_budget, pay_device_step, export_file, export_chunk, line_job_part FROM %I', app);
        EXECUTE format('GRANT DELETE ON export_job, export_file, export_chunk, line_job_part TO %I', app);
        EXECUTE format('REVOKE INSERT, UPDATE ON flyway_schema_history FROM %I', app);
    END IF;
    IF auditor <> '' AND EXISTS (SELECT FROM pg_roles WHERE rolname = auditor) THEN
        EXECUTE format('GRANT USAGE ON SCHEMA public TO %I', auditor);
        EXECUTE format('GRANT SELECT ON ALL TABLES IN SCHEMA public TO %I', auditor);
        EXECUTE format('REVOKE SELECT ON access_key, commit_answer, event_webhook, line_job_part FROM %I', auditor);
    END IF;
END $walls$;
