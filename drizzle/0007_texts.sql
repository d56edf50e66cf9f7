CREATE SCHEMA "texts";
--> statement-breakpoint
CREATE TABLE "texts"."queue" (
	"document_id" uuid PRIMARY KEY NOT NULL,
	"owner" varchar(320) NOT NULL,
	"queued_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"due_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
DROP INDEX "documents"."documents_content_sha256";--> statement-breakpoint
ALTER TABLE "documents"."documents" ADD COLUMN "text_state" varchar(10) DEFAULT 'pending' NOT NULL;--> statement-breakpoint
ALTER TABLE "documents"."documents" ADD COLUMN "text_reason" varchar(500);--> statement-breakpoint
ALTER TABLE "documents"."documents" ADD COLUMN "text_pages" integer;--> statement-breakpoint
ALTER TABLE "documents"."documents" ADD COLUMN "text_language" varchar(16);--> statement-breakpoint
ALTER TABLE "documents"."documents" ADD COLUMN "text_cut" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "queue_owner" ON "texts"."queue" USING btree ("owner","queued_at","document_id");--> statement-breakpoint
CREATE INDEX "documents_text_state_created_at" ON "documents"."documents" USING btree ("text_state","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_content_sha256" ON "documents"."documents" USING btree ("content_sha256");--> statement-breakpoint
ALTER TABLE "documents"."documents" ADD CONSTRAINT "documents_text_state" CHECK (text_state in ('pending', 'indexed', 'empty', 'failed'));--> statement-breakpoint

-- The text of a document is read later, and is no change of the document: an update of nothing else keeps the version.
DROP TRIGGER documents_touch ON documents.documents;
--> statement-breakpoint
CREATE TRIGGER documents_touch BEFORE UPDATE OF
    id, title, content_type, content_size, content_sha256, s3_key, status, created_by, created_at, updated_at, version,
    signed_at, deleted_at, traceparent
  ON documents.documents FOR EACH ROW EXECUTE FUNCTION documents.touch();
--> statement-breakpoint

-- The text of each document is queued in the transaction that inserts it, also by an older program during an upgrade.
CREATE FUNCTION documents.queue_text() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO texts.queue (document_id, owner) VALUES (NEW.id, lower(NEW.created_by))
    ON CONFLICT (document_id) DO UPDATE SET due_at = clock_timestamp(), attempts = 0;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER documents_queue_text AFTER INSERT OR UPDATE OF text_state ON documents.documents
  FOR EACH ROW WHEN (NEW.text_state = 'pending' AND NEW.s3_key IS NOT NULL AND NEW.deleted_at IS NULL)
  EXECUTE FUNCTION documents.queue_text();
--> statement-breakpoint

-- Those that are there already are read again, each owner's one after the other.
INSERT INTO texts.queue (document_id, owner)
  SELECT id, lower(created_by) FROM documents.documents WHERE s3_key IS NOT NULL AND deleted_at IS NULL;
