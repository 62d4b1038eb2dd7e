ALTER TABLE "ratchet"."audit_events" ADD COLUMN "repeats" integer DEFAULT 1 NOT NULL;
--> statement-breakpoint
-- Events are added and never changed; only what retention deletes, in a transaction that says so, goes.
CREATE FUNCTION "ratchet"."audit_events_stay"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' AND current_setting('ratchet.audit_retention', true) = 'on' THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'Events of the audit are neither changed nor deleted.' USING ERRCODE = 'insufficient_privilege';
END
$$;--> statement-breakpoint
CREATE TRIGGER "audit_events_stay" BEFORE UPDATE OR DELETE ON "ratchet"."audit_events"
  FOR EACH ROW EXECUTE FUNCTION "ratchet"."audit_events_stay"();--> statement-breakpoint
CREATE TRIGGER "audit_events_stay_all" BEFORE TRUNCATE ON "ratchet"."audit_events"
  FOR EACH STATEMENT EXECUTE FUNCTION "ratchet"."audit_events_stay"();
