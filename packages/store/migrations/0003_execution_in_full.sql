CREATE TABLE "ratchet"."batch_items" (
	"batch_id" uuid NOT NULL,
	"position" integer NOT NULL,
	"key" text NOT NULL,
	"depends_on" text[] DEFAULT '{}' NOT NULL,
	"task_id" uuid,
	"task_name" text NOT NULL,
	"priority" text NOT NULL,
	"request" json,
	"status" text NOT NULL,
	"job_id" uuid,
	"error" jsonb,
	"finished_at" timestamp (3) with time zone,
	CONSTRAINT "batch_items_batch_id_position_pk" PRIMARY KEY("batch_id","position")
);
--> statement-breakpoint
CREATE TABLE "ratchet"."batches" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text,
	"mode" text NOT NULL,
	"max_parallel" integer NOT NULL,
	"stop_on_error" boolean NOT NULL,
	"status" text NOT NULL,
	"created_by" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ratchet"."delivery_results" (
	"id" uuid PRIMARY KEY NOT NULL,
	"execution_id" uuid NOT NULL,
	"destination_id" uuid NOT NULL,
	"destination_name" text NOT NULL,
	"task_name" text NOT NULL,
	"status" text NOT NULL,
	"target" text,
	"attempts" integer DEFAULT 0 NOT NULL,
	"max_attempts" integer NOT NULL,
	"last_error" text,
	"history" jsonb DEFAULT '[]' NOT NULL,
	"bytes" integer,
	"next_attempt_at" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."execution_traces" (
	"execution_id" uuid PRIMARY KEY NOT NULL,
	"spans" json NOT NULL,
	"profile" json,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."output_destinations" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"type" text NOT NULL,
	"config" json NOT NULL,
	"key_id" text,
	"sealed" "bytea",
	"enabled" boolean NOT NULL,
	"is_global" boolean NOT NULL,
	"on" text NOT NULL,
	"max_attempts" integer NOT NULL,
	"retry_backoff_ms" integer NOT NULL,
	"timeout_ms" integer NOT NULL,
	"last_delivered_at" timestamp (3) with time zone,
	"last_error" text,
	"created_by" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."queue_pauses" (
	"scope" text PRIMARY KEY NOT NULL,
	"paused_by" text NOT NULL,
	"reason" text,
	"paused_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."recordings" (
	"execution_id" uuid PRIMARY KEY NOT NULL,
	"har" json NOT NULL,
	"seed" text NOT NULL,
	"clock" timestamp (3) with time zone NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."result_cache" (
	"key" text PRIMARY KEY NOT NULL,
	"task_id" uuid NOT NULL,
	"execution_id" uuid NOT NULL,
	"output" json,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."results" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"task_id" uuid,
	"execution_id" uuid,
	"content" json,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."schedules" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"task_id" uuid,
	"task_name" text NOT NULL,
	"cron" text NOT NULL,
	"timezone" text NOT NULL,
	"input" json,
	"enabled" boolean NOT NULL,
	"catch_up" text NOT NULL,
	"overlap" text NOT NULL,
	"priority" text NOT NULL,
	"max_retries" integer DEFAULT 0 NOT NULL,
	"retry_backoff_ms" integer DEFAULT 1000 NOT NULL,
	"timeout_ms" integer,
	"outputs" uuid[] DEFAULT '{}' NOT NULL,
	"next_run_at" timestamp (3) with time zone,
	"last_run_at" timestamp (3) with time zone,
	"last_job_id" uuid,
	"last_error" text,
	"created_by" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."secret_grants" (
	"secret_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"granted_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "secret_grants_secret_id_task_id_pk" PRIMARY KEY("secret_id","task_id")
);
--> statement-breakpoint
CREATE TABLE "ratchet"."secrets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text,
	"key_id" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"created_by" text NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"rotated_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "ratchet"."executions" ADD COLUMN "outputs" uuid[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."executions" ADD COLUMN "record" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."executions" ADD COLUMN "replay_of" uuid;--> statement-breakpoint
ALTER TABLE "ratchet"."executions" ADD COLUMN "cached_from" uuid;--> statement-breakpoint
ALTER TABLE "ratchet"."jobs" ADD COLUMN "outputs" uuid[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."jobs" ADD COLUMN "record" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."jobs" ADD COLUMN "batch_id" uuid;--> statement-breakpoint
ALTER TABLE "ratchet"."jobs" ADD COLUMN "schedule_id" uuid;--> statement-breakpoint
ALTER TABLE "ratchet"."nodes" ADD COLUMN "concurrency" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."nodes" ADD COLUMN "desired_concurrency" integer;--> statement-breakpoint
ALTER TABLE "ratchet"."nodes" ADD COLUMN "load" jsonb;--> statement-breakpoint
ALTER TABLE "ratchet"."batch_items" ADD CONSTRAINT "batch_items_batch_id_batches_id_fk" FOREIGN KEY ("batch_id") REFERENCES "ratchet"."batches"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."execution_traces" ADD CONSTRAINT "execution_traces_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "ratchet"."executions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."recordings" ADD CONSTRAINT "recordings_execution_id_executions_id_fk" FOREIGN KEY ("execution_id") REFERENCES "ratchet"."executions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."secret_grants" ADD CONSTRAINT "secret_grants_secret_id_secrets_id_fk" FOREIGN KEY ("secret_id") REFERENCES "ratchet"."secrets"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "batch_items_key" ON "ratchet"."batch_items" USING btree ("batch_id","key");--> statement-breakpoint
CREATE INDEX "batch_items_job" ON "ratchet"."batch_items" USING btree ("job_id");--> statement-breakpoint
CREATE INDEX "batches_created" ON "ratchet"."batches" USING btree ("created_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "deliveries_execution" ON "ratchet"."delivery_results" USING btree ("execution_id","destination_id");--> statement-breakpoint
CREATE INDEX "deliveries_created" ON "ratchet"."delivery_results" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "deliveries_destination" ON "ratchet"."delivery_results" USING btree ("destination_id","created_at");--> statement-breakpoint
CREATE INDEX "deliveries_open" ON "ratchet"."delivery_results" USING btree ("status") WHERE "ratchet"."delivery_results"."status" in ('pending', 'delivering');--> statement-breakpoint
CREATE UNIQUE INDEX "output_destinations_name" ON "ratchet"."output_destinations" USING btree ("name");--> statement-breakpoint
CREATE INDEX "result_cache_expires" ON "ratchet"."result_cache" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "result_cache_task" ON "ratchet"."result_cache" USING btree ("task_id");--> statement-breakpoint
CREATE INDEX "results_created" ON "ratchet"."results" USING btree ("created_at","id");--> statement-breakpoint
CREATE INDEX "results_task" ON "ratchet"."results" USING btree ("task_id");--> statement-breakpoint
CREATE UNIQUE INDEX "schedules_name" ON "ratchet"."schedules" USING btree ("name");--> statement-breakpoint
CREATE INDEX "schedules_due" ON "ratchet"."schedules" USING btree ("next_run_at") WHERE "ratchet"."schedules"."next_run_at" is not null;--> statement-breakpoint
CREATE INDEX "schedules_task" ON "ratchet"."schedules" USING btree ("task_id");--> statement-breakpoint
CREATE INDEX "secret_grants_task" ON "ratchet"."secret_grants" USING btree ("task_id");--> statement-breakpoint
CREATE UNIQUE INDEX "secrets_name" ON "ratchet"."secrets" USING btree ("name");--> statement-breakpoint
CREATE INDEX "jobs_batch" ON "ratchet"."jobs" USING btree ("batch_id") WHERE "ratchet"."jobs"."batch_id" is not null;--> statement-breakpoint
CREATE INDEX "jobs_schedule" ON "ratchet"."jobs" USING btree ("schedule_id","created_at") WHERE "ratchet"."jobs"."schedule_id" is not null;