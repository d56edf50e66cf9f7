ALTER TABLE "documents"."idempotency_keys" ALTER COLUMN "answer" SET DATA TYPE json;--> statement-breakpoint
ALTER TABLE "signatures"."idempotency_keys" ALTER COLUMN "answer" SET DATA TYPE json;