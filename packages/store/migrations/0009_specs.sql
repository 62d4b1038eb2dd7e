CREATE TABLE "ratchet"."spec_syncs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"repository_id" uuid NOT NULL,
	"spec_id" uuid NOT NULL,
	"repository_path" text NOT NULL,
	"direction" text NOT NULL,
	"trigger" text NOT NULL,
	"status" text NOT NULL,
	"files_changed" jsonb NOT NULL,
	"error" text,
	"started_by" text NOT NULL,
	"started_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"duration_ms" double precision NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ratchet"."spec_versions" (
	"spec_id" uuid NOT NULL,
	"revision" integer NOT NULL,
	"repository_path" text NOT NULL,
	"tree" jsonb NOT NULL,
	"checksum" text NOT NULL,
	"change_description" text,
	"changed_by" text NOT NULL,
	"change_source" text NOT NULL,
	"deleted" boolean DEFAULT false NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "spec_versions_spec_id_revision_pk" PRIMARY KEY("spec_id","revision")
);
--> statement-breakpoint
CREATE TABLE "ratchet"."specs" (
	"id" uuid PRIMARY KEY NOT NULL,
	"repository_id" uuid NOT NULL,
	"repository_path" text NOT NULL,
	"folder" text NOT NULL,
	"archived" boolean NOT NULL,
	"archived_on" text,
	"title" text NOT NULL,
	"status" text NOT NULL,
	"why" text,
	"what_changes" text,
	"impact" text,
	"capabilities" text,
	"proposal_content" text,
	"tasks_content" text,
	"design_content" text,
	"design_sections" jsonb NOT NULL,
	"tasks" jsonb NOT NULL,
	"deltas" jsonb NOT NULL,
	"problems" jsonb NOT NULL,
	"tree" jsonb NOT NULL,
	"checksum" text NOT NULL,
	"revision" integer NOT NULL,
	"sync_status" text NOT NULL,
	"sync_error" text,
	"local_modified_at" timestamp (3) with time zone,
	"filesystem_modified_at" timestamp (3) with time zone,
	"last_synced_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp (3) with time zone
);
--> statement-breakpoint
ALTER TABLE "ratchet"."repositories" ADD COLUMN "document_kind" text DEFAULT 'task' NOT NULL;--> statement-breakpoint
ALTER TABLE "ratchet"."spec_syncs" ADD CONSTRAINT "spec_syncs_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."spec_syncs" ADD CONSTRAINT "spec_syncs_spec_id_specs_id_fk" FOREIGN KEY ("spec_id") REFERENCES "ratchet"."specs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."spec_versions" ADD CONSTRAINT "spec_versions_spec_id_specs_id_fk" FOREIGN KEY ("spec_id") REFERENCES "ratchet"."specs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "ratchet"."specs" ADD CONSTRAINT "specs_repository_id_repositories_id_fk" FOREIGN KEY ("repository_id") REFERENCES "ratchet"."repositories"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "spec_syncs_spec" ON "ratchet"."spec_syncs" USING btree ("spec_id","started_at");--> statement-breakpoint
CREATE INDEX "spec_syncs_started" ON "ratchet"."spec_syncs" USING btree ("started_at");--> statement-breakpoint
CREATE UNIQUE INDEX "specs_place" ON "ratchet"."specs" USING btree ("repository_id","repository_path") WHERE "ratchet"."specs"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "specs_folder" ON "ratchet"."specs" USING btree ("folder","id") WHERE "ratchet"."specs"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "specs_status" ON "ratchet"."specs" USING btree ("repository_id","sync_status") WHERE "ratchet"."specs"."deleted_at" is null;