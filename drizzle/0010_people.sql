CREATE SCHEMA "people";
--> statement-breakpoint
CREATE TABLE "people"."api_keys" (
	"id" varchar(12) PRIMARY KEY NOT NULL,
	"name" varchar(100) NOT NULL,
	"secret_sha256" varchar(64) NOT NULL,
	"person_id" uuid NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"last_used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "people"."login_links" (
	"token_sha256" varchar(64) PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "people"."people" (
	"id" uuid PRIMARY KEY NOT NULL,
	"issuer" varchar(255) NOT NULL,
	"subject" varchar(320) NOT NULL,
	"email" varchar(320) NOT NULL,
	"name" varchar(255),
	"admin" boolean DEFAULT false NOT NULL,
	"auditor" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"disabled_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "people"."sessions" (
	"cookie_sha256" varchar(64) PRIMARY KEY NOT NULL,
	"person_id" uuid NOT NULL,
	"created_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"agent" varchar(255)
);
--> statement-breakpoint
CREATE INDEX "api_keys_person" ON "people"."api_keys" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "login_links_expires_at" ON "people"."login_links" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "people_issuer_subject" ON "people"."people" USING btree ("issuer","subject");--> statement-breakpoint
CREATE INDEX "people_email" ON "people"."people" USING btree (lower("email"));--> statement-breakpoint
CREATE INDEX "people_disabled" ON "people"."people" USING btree ("disabled_at") WHERE disabled_at is not null;--> statement-breakpoint
CREATE INDEX "sessions_person" ON "people"."sessions" USING btree ("person_id");--> statement-breakpoint
CREATE INDEX "sessions_expires_at" ON "people"."sessions" USING btree ("expires_at");