DROP INDEX "ratchet"."tasks_updated";--> statement-breakpoint
DROP INDEX "ratchet"."tasks_name";--> statement-breakpoint
CREATE INDEX "tasks_listed" ON "ratchet"."tasks" USING btree ("updated_at","id","name","sync_status","push_status","enabled","needs_push","source_type","storage_type","repository_id","revision","created_at") WHERE "ratchet"."tasks"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "tasks_name" ON "ratchet"."tasks" USING btree ("name","id") WHERE "ratchet"."tasks"."deleted_at" is null;--> statement-breakpoint
-- Searches for a part of a text are served by trigrams where the server has them; elsewhere they read every row.
DO $$
DECLARE
  place text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'pg_trgm') THEN
    CREATE EXTENSION pg_trgm SCHEMA "ratchet";
  END IF;
  SELECT quote_ident(n.nspname) INTO place
    FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_trgm';
  EXECUTE format('CREATE INDEX "tasks_searched" ON "ratchet"."tasks" USING gin ("name" %1$s.gin_trgm_ops, '
    '"description" %1$s.gin_trgm_ops, "repository_path" %1$s.gin_trgm_ops) '
    'WITH (gin_pending_list_limit = 32768) WHERE "deleted_at" IS NULL', place);
EXCEPTION WHEN feature_not_supported OR undefined_file OR insufficient_privilege THEN
  RAISE NOTICE 'This server has no pg_trgm: searches read every task. %', SQLERRM;
END
$$;
