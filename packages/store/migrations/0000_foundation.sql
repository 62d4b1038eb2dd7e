CREATE SCHEMA IF NOT EXISTS "ratchet";
--> statement-breakpoint
CREATE TABLE "ratchet"."blobs" (
	"digest" text PRIMARY KEY NOT NULL,
	"size" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."sync_bases" (
	"repository_id" uuid NOT NULL,
	"path" text NOT NULL,
	"document_kind" text DEFAULT 'task' NOT NULL,
	"document_id" uuid,
	"tree" jsonb NOT NULL,
	"checksum" text NOT NULL,
	"remote_token" text NOT NULL,
	"remote_commit" text,
	"fence" bigint DEFAULT 0 NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "sync_bases_repository_id_path_pk" PRIMARY KEY("repository_id","path")
);
--> statement-breakpoint
CREATE TABLE "ratchet"."task_versions" (
	"task_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"version" text NOT NULL,
	"entry" text NOT NULL,
	"tree" jsonb NOT NULL,
	"checksum" text NOT NULL,
	"change_description" text,
	"changed_by" text NOT NULL,
	"change_source" text NOT NULL,
	"repository_commit" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "task_versions_task_id_revision_pk" PRIMARY KEY("task_id","revision")
);
--> statement-breakpoint
CREATE TABLE "ratchet"."tasks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"uuid" text NOT NULL,
	"name" text NOT NULL,
	"label" text,
	"description" text,
	"version" text NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"metadata" jsonb NOT NULL,
	"input_schema" jsonb,
	"output_schema" jsonb,
	"source_code" text NOT NULL,
	"source_type" text NOT NULL,
	"storage_type" text NOT NULL,
	"entry" text NOT NULL,
	"problems" jsonb NOT NULL,
	"tree" jsonb NOT NULL,
	"checksum" text NOT NULL,
	"revision" integer NOT NULL,
	"repository_id" uuid,
	"repository_path" text,
	"repository_commit" text,
	"sync_status" text NOT NULL,
	"push_status" text NOT NULL,
	"push_message" text,
	"needs_push" boolean DEFAULT false NOT NULL,
	"local_modified_at" timestamp (3) with time zone,
	"last_synced_at" timestamp (3) with time zone,
	"source_modified_at" timestamp (3) with time zone,
	"is_editable" boolean DEFAULT true NOT NULL,
	"enabled" boolean DEFAULT true NOT NULL,
	"created_from" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ratchet"."execution_events" (
	"sequence" bigserial PRIMARY KEY NOT NULL,
	"execution_id" uuid NOT NULL,
	"type" text NOT NULL,
	"level" text,
	"message" text,
	"data" json,
	"time" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."executions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"job_id" uuid,
	"task_id" uuid,
	"task_name" text NOT NULL,
	"task_version" text NOT NULL,
	"task_revision" integer NOT NULL,
	"status" text NOT NULL,
	"input" json,
	"output" json,
	"error" jsonb,
	"progress" double precision,
	"progress_message" text,
	"attempt" integer DEFAULT 1 NOT NULL,
	"crashes" integer DEFAULT 0 NOT NULL,
	"timeout_ms" integer,
	"node_id" uuid,
	"cancel_requested_at" timestamp (3) with time zone,
	"triggered_by" text NOT NULL,
	"queued_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp (3) with time zone,
	"finished_at" timestamp (3) with time zone,
	"duration_ms" double precision,
	"revision" integer DEFAULT 1 NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."jobs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"task_id" uuid,
	"task_name" text NOT NULL,
	"status" text NOT NULL,
	"priority" text NOT NULL,
	"input" json,
	"scheduled_for" timestamp (3) with time zone,
	"max_retries" integer DEFAULT 0 NOT NULL,
	"retry_backoff_ms" integer DEFAULT 1000 NOT NULL,
	"timeout_ms" integer,
	"attempts" integer DEFAULT 0 NOT NULL,
	"idempotency_key" text,
	"last_execution_id" uuid,
	"last_error" text,
	"created_by" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ratchet"."nodes" (
	"id" uuid PRIMARY KEY NOT NULL,
	"hostname" text NOT NULL,
	"pid" integer NOT NULL,
	"role" text NOT NULL,
	"status" text NOT NULL,
	"version" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"heartbeat_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."conflicts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"repository_id" uuid NOT NULL,
	"path" text NOT NULL,
	"document_kind" text DEFAULT 'task' NOT NULL,
	"document_id" uuid,
	"conflict_type" text NOT NULL,
	"base_tree" jsonb,
	"local_tree" jsonb,
	"remote_tree" jsonb,
	"local_revision" integer,
	"remote_token" text,
	"remote_commit" text,
	"status" text NOT NULL,
	"resolution" text,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"resolved_at" timestamp (3) with time zone,
	"resolved_by" text
);
--> statement-breakpoint
CREATE TABLE "ratchet"."credentials" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"key_id" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"owned_by_repository" uuid,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"rotated_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ratchet"."leases" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"fence" bigint NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."push_intents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"repository_id" uuid NOT NULL,
	"status" text NOT NULL,
	"base_head" text,
	"token" text NOT NULL,
	"documents" jsonb NOT NULL,
	"fence" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ratchet"."repositories" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"repository_type" text NOT NULL,
	"uri" text NOT NULL,
	"branch" text,
	"sub_path" text,
	"credential_id" uuid,
	"sync_enabled" boolean DEFAULT true NOT NULL,
	"sync_interval_minutes" double precision DEFAULT 5 NOT NULL,
	"priority" integer DEFAULT 0 NOT NULL,
	"is_default" boolean DEFAULT false NOT NULL,
	"is_writable" boolean DEFAULT true NOT NULL,
	"watch_patterns" jsonb NOT NULL,
	"ignore_patterns" jsonb NOT NULL,
	"push_on_change" boolean DEFAULT false NOT NULL,
	"push_policy" jsonb NOT NULL,
	"conflict_policy" text NOT NULL,
	"metadata" jsonb NOT NULL,
	"sync_status" text DEFAULT 'pending' NOT NULL,
	"sync_error" text,
	"last_sync_at" timestamp (3) with time zone,
	"seen_head" text,
	"seen_scope" text,
	"seen_problems" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"consecutive_failures" integer DEFAULT 0 NOT NULL,
	"next_sync_at" timestamp (3) with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."sync_runs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"repository_id" uuid NOT NULL,
	"trigger" text NOT NULL,
	"direction" text NOT NULL,
	"status" text NOT NULL,
	"tasks_added" integer DEFAULT 0 NOT NULL,
	"tasks_updated" integer DEFAULT 0 NOT NULL,
	"tasks_deleted" integer DEFAULT 0 NOT NULL,
	"tasks_merged" integer DEFAULT 0 NOT NULL,
	"conflicts" integer DEFAULT 0 NOT NULL,
	"problems" jsonb NOT NULL,
	"head" text,
	"error" text,
	"started_by" text NOT NULL,
	"node_id" uuid,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone,
	"duration_ms" double precision
);
--> statement-breakpoint
ALTER TABLE "ratchet"."sync_bases" ADD CONSTRAINT "sync_bases_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."tasks" ADD CONSTRAINT "tasks_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."execution_events" ADD CONSTRAINT "execution_events_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "ratchet"."executions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."conflicts" ADD CONSTRAINT "conflicts_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."push_intents" ADD CONSTRAINT "push_intents_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."repositories" ADD CONSTRAINT "repositories_credential_id_credentials_id_fk" FOREIGN KEY ("credential_id") REFERENCES "ratchet"."credentials"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."sync_runs" ADD CONSTRAINT "sync_runs_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "tasks_place" ON "ratchet"."tasks" USING btree ("repository_id","repository_path") WHERE "ratchet"."tasks"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "tasks_uuid" ON "ratchet"."tasks" USING btree ("uuid");--> statement-breakpoint
CREATE INDEX "tasks_name" ON "ratchet"."tasks" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "tasks_updated" ON "ratchet"."tasks" USING btree ("updated_at","id");--> statement-breakpoint
CREATE INDEX "tasks_repository" ON "ratchet"."tasks" USING btree ("repository_id","sync_status");--> statement-breakpoint
CREATE INDEX "tasks_living" ON "ratchet"."tasks" USING btree ("sync_status","enabled") WHERE "ratchet"."tasks"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "tasks_tags" ON "ratchet"."tasks" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "execution_events_execution" ON "ratchet"."execution_events" USING btree ("execution_id","sequence");--> statement-breakpoint
CREATE INDEX "executions_queued" ON "ratchet"."executions" USING btree ("queued_at","id");--> statement-breakpoint
CREATE INDEX "executions_task" ON "ratchet"."executions" USING btree ("task_id","queued_at");--> statement-breakpoint
CREATE INDEX "executions_job" ON "ratchet"."executions" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "executions_running" ON "ratchet"."executions" USING btree ("node_id") WHERE "ratchet"."executions"."status" in ('pending', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_idempotency" ON "ratchet"."jobs" USING btree ("idempotency_key") WHERE "ratchet"."jobs"."idempotency_key" is not null;--> statement-breakpoint
CREATE INDEX "jobs_created" ON "ratchet"."jobs" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "jobs_status" ON "ratchet"."jobs" USING btree ("status","created_at");--> statement-breakpoint
CREATE INDEX "jobs_task" ON "ratchet"."jobs" USING btree ("task_id");--> statement-breakpoint
CREATE UNIQUE INDEX "conflicts_open" ON "ratchet"."conflicts" USING btree ("repository_id","path") WHERE "ratchet"."conflicts"."status" = 'open';--> statement-breakpoint
CREATE INDEX "conflicts_status" ON "ratchet"."conflicts" USING btree ("status","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "credentials_name" ON "ratchet"."credentials" USING btree ("name");--> statement-breakpoint
CREATE INDEX "push_intents_open" ON "ratchet"."push_intents" USING btree ("repository_id") WHERE "ratchet"."push_intents"."status" = 'prepared';--> statement-breakpoint
CREATE UNIQUE INDEX "repositories_name" ON "ratchet"."repositories" USING btree ("name");--> statement-breakpoint
CREATE UNIQUE INDEX "repositories_default" ON "ratchet"."repositories" USING btree ("is_default") WHERE "ratchet"."repositories"."is_default";--> statement-breakpoint
CREATE INDEX "sync_runs_repository" ON "ratchet"."sync_runs" USING btree ("repository_id","started_at");