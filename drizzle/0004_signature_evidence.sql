ALTER TABLE "signatures"."signatures" ADD COLUMN "content_sha256" varchar(64);--> statement-breakpoint
ALTER TABLE "signatures"."signatures" ADD COLUMN "client_address" varchar(45);--> statement-breakpoint
ALTER TABLE "signatures"."signatures" ADD COLUMN "token_subject" varchar(255);