ALTER TABLE "ratchet"."executions" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
ALTER TABLE "ratchet"."executions" ADD COLUMN "request_digest" text;--> statement-breakpoint
ALTER TABLE "ratchet"."jobs" ADD COLUMN "request_digest" text;--> statement-breakpoint
ALTER TABLE "ratchet"."batch_items" ADD COLUMN "dependants" integer[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."batch_items" ADD COLUMN "waiting_for" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."batch_items" ADD COLUMN "rank" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."batches" ADD COLUMN "idempotency_key" text;--> statement-breakpoint
ALTER TABLE "ratchet"."batches" ADD COLUMN "request_digest" text;--> statement-breakpoint
CREATE UNIQUE INDEX "executions_idempotency" ON "ratchet"."executions" USING btree ("idempotency_key") WHERE "ratchet"."executions"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "batch_items_ready" ON "ratchet"."batch_items" USING btree ("batch_id","rank","position") WHERE "ratchet"."batch_items"."status" = 'waiting' and "ratchet"."batch_items"."waiting_for" = 0;--> statement-breakpoint
CREATE INDEX "batch_items_queued" ON "ratchet"."batch_items" USING btree ("batch_id") WHERE "ratchet"."batch_items"."status" = 'queued';--> statement-breakpoint
CREATE INDEX "batches_running" ON "ratchet"."batches" USING btree ("id") WHERE "ratchet"."batches"."status" = 'running';--> statement-breakpoint
CREATE UNIQUE INDEX "batches_idempotency" ON "ratchet"."batches" USING btree ("idempotency_key") WHERE "ratchet"."batches"."idempotency_key" is not null;