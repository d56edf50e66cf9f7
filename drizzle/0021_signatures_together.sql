-- A statement can insert signatures and move their documents, too: docmgr.by_each has the texts of docmgr.by for all rows that it
-- changes, by the id of the document or the signature (src/db/acting.ts).
CREATE OR REPLACE FUNCTION history.record_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  by_each text := current_setting('docmgr.by_each', true);
BEGIN
  IF by_each <> '' THEN
    PERFORM set_config('docmgr.by', by_each::json->>NEW.id::text, true);
  END IF;
  IF TG_OP = 'INSERT' THEN
    PERFORM history.append(NEW.id, 'document.created', NEW.version,
      json_build_object('content_sha256', NEW.content_sha256, 'content_size', NEW.content_size, 'status', NEW.status),
      jsonb_build_object('created_by', NEW.created_by, 'title', NEW.title));
  ELSIF NEW.deleted_at IS NOT NULL AND OLD.deleted_at IS NULL THEN
    PERFORM history.append(NEW.id, 'document.deleted', NEW.version, json_build_object('status', NEW.status), '{}');
  ELSE
    PERFORM history.append(NEW.id, 'document.changed', NEW.version,
      json_build_object(
        'content_sha256', CASE WHEN NEW.content_sha256 IS DISTINCT FROM OLD.content_sha256 THEN NEW.content_sha256 END,
        'old_status', CASE WHEN NEW.status <> OLD.status THEN OLD.status END,
        'status', CASE WHEN NEW.status <> OLD.status THEN NEW.status END),
      jsonb_build_object(
        'created_by', CASE WHEN NEW.created_by <> OLD.created_by THEN NEW.created_by END,
        'old_title', CASE WHEN NEW.title <> OLD.title THEN OLD.title END,
        'title', CASE WHEN NEW.title <> OLD.title THEN NEW.title END));
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
CREATE OR REPLACE FUNCTION history.record_signature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  by_each text := current_setting('docmgr.by_each', true);
BEGIN
  IF by_each <> '' AND TG_OP <> 'DELETE' THEN
    PERFORM set_config('docmgr.by', by_each::json->>NEW.id::text, true);
  END IF;
  IF TG_OP = 'DELETE' THEN
    PERFORM history.append(OLD.document_id, 'signature.removed', NULL, json_build_object('signature_id', OLD.id), '{}');
  ELSE
    PERFORM history.append(NEW.document_id,
      CASE TG_OP WHEN 'INSERT' THEN 'signature.added' ELSE 'signature.changed' END, NULL,
      json_build_object('content_sha256', NEW.content_sha256, 'image_sha256', NEW.image_sha256, 'signature_id', NEW.id),
      jsonb_build_object('ip_address', NEW.ip_address, 'signer_email', NEW.signer_email, 'signer_name', NEW.signer_name));
  END IF;
  RETURN NULL;
END $$;
