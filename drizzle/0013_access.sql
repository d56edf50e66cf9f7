CREATE TABLE "documents"."access" (
	"document_id" uuid NOT NULL,
	"principal" varchar(330) NOT NULL,
	"role" varchar(10) NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"granted_by" varchar(330) NOT NULL,
	"granted_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "access_document_id_principal_pk" PRIMARY KEY("document_id","principal"),
	CONSTRAINT "access_role" CHECK (role in ('reader', 'editor', 'owner'))
);
--> statement-breakpoint
ALTER TABLE "documents"."documents" ADD COLUMN "readers" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
CREATE INDEX "access_principal_created_at" ON "documents"."access" USING btree ("principal","created_at","document_id");--> statement-breakpoint

-- What is there belongs to who created it. The versions stay, because the trigger does not know the column yet.
UPDATE documents.documents SET readers = ARRAY['email:' || lower(created_by)];
--> statement-breakpoint
INSERT INTO documents.access (document_id, principal, role, created_at, granted_by)
  SELECT id, readers[1], 'owner', created_at, readers[1] FROM documents.documents;
--> statement-breakpoint

-- From now on a change of the readers raises the version.
DROP TRIGGER documents_touch ON documents.documents;
--> statement-breakpoint
CREATE TRIGGER documents_touch BEFORE UPDATE OF
    id, title, file_name, content_type, content_size, content_sha256, s3_key, status, created_by, created_at, updated_at,
    version, takes_title, readers, signed_at, deleted_at, traceparent
  ON documents.documents FOR EACH ROW EXECUTE FUNCTION documents.touch();
--> statement-breakpoint

-- Whichever program inserts a document, it belongs to who created it, from the same transaction on.
CREATE FUNCTION documents.set_readers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.readers := ARRAY['email:' || lower(NEW.created_by)];
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER documents_readers BEFORE INSERT ON documents.documents
  FOR EACH ROW WHEN (NEW.readers = '{}') EXECUTE FUNCTION documents.set_readers();
--> statement-breakpoint
-- A restore has the rows of documents.access itself, and says so.
CREATE FUNCTION documents.add_owner() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO documents.access (document_id, principal, role, created_at, granted_by)
    VALUES (NEW.id, NEW.readers[1], 'owner', NEW.created_at, NEW.readers[1])
    ON CONFLICT DO NOTHING;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE TRIGGER documents_owner AFTER INSERT ON documents.documents
  FOR EACH ROW WHEN (current_setting('docmgr.restoring', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION documents.add_owner();
