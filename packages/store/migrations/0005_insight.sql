ALTER TABLE "ratchet"."blobs" ADD COLUMN "unreferenced_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "ratchet"."executions" ADD COLUMN "profile" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "executions_replay_of" ON "ratchet"."executions" USING btree ("replay_of") WHERE "ratchet"."executions"."replay_of" is not null;--> statement-breakpoint
CREATE INDEX "executions_cached_from" ON "ratchet"."executions" USING btree ("cached_from") WHERE "ratchet"."executions"."cached_from" is not null;