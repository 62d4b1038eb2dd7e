CREATE TABLE "ratchet"."alerts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"metric" text NOT NULL,
	"threshold" double precision NOT NULL,
	"repository_id" uuid,
	"enabled" boolean DEFAULT true NOT NULL,
	"state" text DEFAULT 'ok' NOT NULL,
	"value" double precision,
	"subject" text,
	"fired_at" timestamp (3) with time zone,
	"resolved_at" timestamp (3) with time zone,
	"revision" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."pull_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"repository_id" uuid NOT NULL,
	"status" text NOT NULL,
	"branch" text NOT NULL,
	"base_branch" text NOT NULL,
	"number" integer,
	"url" text,
	"title" text NOT NULL,
	"commit" text,
	"previous_commit" text,
	"documents" jsonb NOT NULL,
	"error" text,
	"created_by" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ratchet"."push_requests" (
	"id" uuid PRIMARY KEY NOT NULL,
	"repository_id" uuid NOT NULL,
	"status" text NOT NULL,
	"documents" jsonb NOT NULL,
	"message" text,
	"reason" text,
	"requested_by" text NOT NULL,
	"decided_by" text,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"decided_at" timestamp (3) with time zone
);
--> statement-breakpoint
CREATE TABLE "ratchet"."webhook_deliveries" (
	"repository_id" uuid NOT NULL,
	"delivery" text NOT NULL,
	"received_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "webhook_deliveries_repository_id_delivery_pk" PRIMARY KEY("repository_id","delivery")
);
--> statement-breakpoint
ALTER TABLE "ratchet"."task_versions" ADD COLUMN "run_id" uuid;--> statement-breakpoint
ALTER TABLE "ratchet"."task_versions" ADD COLUMN "deleted" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."repositories" ADD COLUMN "unreachable_since" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "ratchet"."repositories" ADD COLUMN "webhook_secret" "bytea";--> statement-breakpoint
ALTER TABLE "ratchet"."repositories" ADD COLUMN "webhook_secret_key" text;--> statement-breakpoint
ALTER TABLE "ratchet"."repositories" ADD COLUMN "declared" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."alerts" ADD CONSTRAINT "alerts_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."pull_requests" ADD CONSTRAINT "pull_requests_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."push_requests" ADD CONSTRAINT "push_requests_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."webhook_deliveries" ADD CONSTRAINT "webhook_deliveries_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "alerts_name" ON "ratchet"."alerts" USING btree ("name");--> statement-breakpoint
CREATE UNIQUE INDEX "pull_requests_open" ON "ratchet"."pull_requests" USING btree ("repository_id") WHERE "ratchet"."pull_requests"."status" in ('opening', 'open');--> statement-breakpoint
CREATE INDEX "pull_requests_status" ON "ratchet"."pull_requests" USING btree ("status","created_at");--> statement-breakpoint
CREATE INDEX "push_requests_repository" ON "ratchet"."push_requests" USING btree ("repository_id","status","created_at");--> statement-breakpoint
CREATE INDEX "task_versions_run" ON "ratchet"."task_versions" USING btree ("run_id") WHERE "ratchet"."task_versions"."run_id" is not null;