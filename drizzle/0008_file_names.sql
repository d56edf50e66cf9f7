ALTER TABLE "documents"."documents" ADD COLUMN "file_name" varchar(1024);--> statement-breakpoint
ALTER TABLE "documents"."documents" ADD COLUMN "takes_title" boolean DEFAULT false NOT NULL;--> statement-breakpoint

-- They raise the version like every column but those of the text.
DROP TRIGGER documents_touch ON documents.documents;
--> statement-breakpoint
CREATE TRIGGER documents_touch BEFORE UPDATE OF
    id, title, file_name, content_type, content_size, content_sha256, s3_key, status, created_by, created_at, updated_at,
    version, takes_title, signed_at, deleted_at, traceparent
  ON documents.documents FOR EACH ROW EXECUTE FUNCTION documents.touch();
