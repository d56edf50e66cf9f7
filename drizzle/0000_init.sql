-- Both are trusted extensions: the owner of the database may create them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS fuzzystrmatch;
--> statement-breakpoint
CREATE SCHEMA "changes";
--> statement-breakpoint
CREATE SCHEMA "documents";
--> statement-breakpoint
CREATE SCHEMA "signatures";
--> statement-breakpoint
CREATE SCHEMA "search";
--> statement-breakpoint
CREATE TABLE "changes"."dead_letters" (
	"consumer" varchar(63) NOT NULL,
	"position" varchar(128) NOT NULL,
	"event" text NOT NULL,
	"error" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "dead_letters_consumer_position_pk" PRIMARY KEY("consumer","position")
);
--> statement-breakpoint
CREATE TABLE "changes"."feeds" (
	"slot" varchar(63) PRIMARY KEY NOT NULL,
	"epoch" varchar(16) NOT NULL,
	"snapshot_done" boolean DEFAULT false NOT NULL,
	"history_floor" varchar(128) NOT NULL,
	"consumers" text[] DEFAULT '{}' NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "changes"."history" (
	"position" varchar(128) PRIMARY KEY NOT NULL,
	"document_id" uuid NOT NULL,
	"event" text NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "documents"."idempotency_keys" (
	"principal" varchar(320) NOT NULL,
	"key" varchar(255) NOT NULL,
	"request_hash" varchar(64) NOT NULL,
	"status" integer NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotency_keys_principal_key_pk" PRIMARY KEY("principal","key")
);
--> statement-breakpoint
CREATE TABLE "documents"."viewers" (
	"document_id" uuid NOT NULL,
	"viewer" "bytea" NOT NULL,
	CONSTRAINT "viewers_document_id_viewer_pk" PRIMARY KEY("document_id","viewer")
);
--> statement-breakpoint
CREATE TABLE "documents"."views" (
	"document_id" uuid PRIMARY KEY NOT NULL,
	"total" bigint NOT NULL,
	"unique" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "documents"."documents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"title" varchar(255) NOT NULL,
	"content_type" varchar(255) DEFAULT 'text/plain' NOT NULL,
	"content_size" bigint NOT NULL,
	"content_sha256" varchar(64),
	"s3_key" varchar(255),
	"status" varchar(20) DEFAULT 'created' NOT NULL,
	"created_by" varchar(320) NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"deleted_at" timestamp with time zone,
	"traceparent" varchar(55),
	CONSTRAINT "documents_status" CHECK (status in ('created', 'sent', 'viewed', 'signed', 'completed', 'archived', 'cancelled'))
);
--> statement-breakpoint
CREATE TABLE "signatures"."idempotency_keys" (
	"principal" varchar(320) NOT NULL,
	"key" varchar(255) NOT NULL,
	"request_hash" varchar(64) NOT NULL,
	"status" integer NOT NULL,
	"answer" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "idempotency_keys_principal_key_pk" PRIMARY KEY("principal","key")
);
--> statement-breakpoint
CREATE TABLE "signatures"."signatures" (
	"id" uuid PRIMARY KEY NOT NULL,
	"document_id" uuid NOT NULL,
	"signer_email" varchar(320) NOT NULL,
	"signer_name" varchar(255) NOT NULL,
	"signed_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"ip_address" varchar(45),
	"image_encoding" varchar(10),
	"image_prefix" varchar(255),
	"image_type" varchar(100),
	"image_size" integer,
	"image_sha256" varchar(64),
	"traceparent" varchar(55)
);
--> statement-breakpoint
CREATE TABLE "signatures"."signing_intents" (
	"signature_id" uuid PRIMARY KEY NOT NULL,
	"document_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"last_error" text,
	"rejected_because" text,
	"traceparent" varchar(55)
);
--> statement-breakpoint
CREATE TABLE "search"."documents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"title" varchar(255) NOT NULL,
	"content" text NOT NULL,
	"content_sha256" varchar(64),
	"status" varchar(20) NOT NULL,
	"created_by" varchar(320) NOT NULL,
	"content_type" varchar(255) NOT NULL,
	"content_size" bigint NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"version" integer NOT NULL,
	"deleted" boolean NOT NULL,
	"vector" "tsvector" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "search"."words" (
	"word" varchar(32) PRIMARY KEY NOT NULL,
	"stem" varchar(32) NOT NULL
);
--> statement-breakpoint
CREATE INDEX "history_document_id_position" ON "changes"."history" USING btree ("document_id","position");--> statement-breakpoint
CREATE INDEX "history_recorded_at" ON "changes"."history" USING btree ("recorded_at");--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "documents"."idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "documents_created_at_id" ON "documents"."documents" USING btree ("created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_content_sha256" ON "documents"."documents" USING btree ("content_sha256") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_status_created_at" ON "documents"."documents" USING btree ("status","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_created_by_created_at" ON "documents"."documents" USING btree ("created_by","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_updated_at_id" ON "documents"."documents" USING btree ("updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_title_id" ON "documents"."documents" USING btree ("title","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "idempotency_keys_age" ON "signatures"."idempotency_keys" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "signatures_signed_at_id" ON "signatures"."signatures" USING btree ("signed_at","id");--> statement-breakpoint
CREATE INDEX "signatures_document_id" ON "signatures"."signatures" USING btree ("document_id","signed_at","id");--> statement-breakpoint
CREATE INDEX "signatures_signer_email_signed_at" ON "signatures"."signatures" USING btree (lower("signer_email"),"signed_at","id");--> statement-breakpoint
CREATE UNIQUE INDEX "signatures_one_a_signer" ON "signatures"."signatures" USING btree ("document_id",lower("signer_email"));--> statement-breakpoint
CREATE INDEX "signing_intents_due" ON "signatures"."signing_intents" USING btree ("next_attempt_at") WHERE rejected_because is null;--> statement-breakpoint
CREATE INDEX "documents_vector" ON "search"."documents" USING gin ("vector") WHERE not deleted;--> statement-breakpoint
CREATE INDEX "documents_newest" ON "search"."documents" USING btree ("created_at","id") WHERE not deleted;--> statement-breakpoint
CREATE INDEX "words_trigrams" ON "search"."words" USING gin ("word" gin_trgm_ops);--> statement-breakpoint
CREATE INDEX "words_stem" ON "search"."words" USING btree ("stem");