DROP INDEX "ratchet"."tasks_repository";--> statement-breakpoint
DROP INDEX "ratchet"."tasks_uuid";--> statement-breakpoint
DROP INDEX "ratchet"."tasks_listed";--> statement-breakpoint
CREATE INDEX "tasks_updated" ON "ratchet"."tasks" USING btree ("updated_at","id") WHERE "ratchet"."tasks"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "tasks_deleted" ON "ratchet"."tasks" USING btree ("repository_id","repository_path") WHERE "ratchet"."tasks"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX "tasks_waiting" ON "ratchet"."tasks" USING btree ("repository_id") WHERE "ratchet"."tasks"."needs_push" and "ratchet"."tasks"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "tasks_uuid" ON "ratchet"."tasks" USING btree ("uuid","version");--> statement-breakpoint
CREATE INDEX "tasks_listed" ON "ratchet"."tasks" USING btree ("sync_status","revision","id","updated_at","created_at","enabled","push_status","needs_push","source_type","storage_type","repository_id") WHERE "ratchet"."tasks"."deleted_at" is null;