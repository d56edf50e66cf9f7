CREATE SCHEMA "history";
--> statement-breakpoint
CREATE TABLE "history"."history" (
	"document_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"entry" text NOT NULL,
	"sha256" varchar(64) NOT NULL,
	CONSTRAINT "history_document_id_number_pk" PRIMARY KEY("document_id","number")
);
--> statement-breakpoint
CREATE TABLE "history"."heads" (
	"document_id" uuid PRIMARY KEY NOT NULL,
	"entries" integer NOT NULL,
	"sha256" varchar(64) NOT NULL
);
--> statement-breakpoint
CREATE TABLE "history"."personal" (
	"document_id" uuid NOT NULL,
	"number" integer NOT NULL,
	"salted" jsonb NOT NULL,
	CONSTRAINT "personal_document_id_number_pk" PRIMARY KEY("document_id","number")
);
--> statement-breakpoint

-- What cannot be changed afterwards: whoever owns the tables, and so has every right on them, is refused, too.
CREATE FUNCTION history.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of documents cannot be changed'
    USING ERRCODE = 'insufficient_privilege', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME;
END $$;
--> statement-breakpoint
CREATE TRIGGER history_guard BEFORE UPDATE OR DELETE ON history.history
  FOR EACH ROW EXECUTE FUNCTION history.refuse_change();
--> statement-breakpoint
CREATE TRIGGER history_guard_all BEFORE TRUNCATE ON history.history
  FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change();
--> statement-breakpoint
-- A head only moves to the next entry.
CREATE TRIGGER heads_guard BEFORE UPDATE ON history.heads
  FOR EACH ROW WHEN (NEW.entries <> OLD.entries + 1 OR NEW.document_id <> OLD.document_id)
  EXECUTE FUNCTION history.refuse_change();
--> statement-breakpoint
CREATE TRIGGER heads_guard_removal BEFORE DELETE ON history.heads
  FOR EACH ROW EXECUTE FUNCTION history.refuse_change();
--> statement-breakpoint
CREATE TRIGGER heads_guard_all BEFORE TRUNCATE ON history.heads
  FOR EACH STATEMENT EXECUTE FUNCTION history.refuse_change();
--> statement-breakpoint

-- Appends an entry to the chain of a document, in the transaction of what it is about. The caller of the statement says by
-- whom in the setting docmgr.by: JSON of `kind`, and of values that become personal ones (src/db/acting.ts). A statement
-- without it is one of a program that is not docmgr, or of an older one. Names of members are in the order of RFC 8785; for
-- strings and whole numbers json_strip_nulls writes what it demands.
CREATE FUNCTION history.append(of_document uuid, what text, of_version integer, about json, facts jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  who jsonb := coalesce(nullif(current_setting('docmgr.by', true), '')::jsonb,
    jsonb_build_object('kind', 'database', 'actor', session_user));
  place integer;
  has_head boolean;
  previous text;
  salted_values jsonb;
  hashes text;
  text_of_entry text;
  digest text;
  -- Salts are made of it, because random numbers take longer than hashes; it is not kept.
  seed text := gen_random_uuid()::text;
BEGIN
  SELECT h.entries + 1, h.sha256 INTO place, previous
    FROM history.heads h WHERE h.document_id = of_document FOR UPDATE;
  IF NOT FOUND AND what <> 'document.created' THEN
    -- Another transaction may begin the same history. That of a new document can have no other writer yet.
    INSERT INTO history.heads (document_id, entries, sha256) VALUES (of_document, 0, '') ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
      SELECT h.entries + 1, h.sha256 INTO place, previous
        FROM history.heads h WHERE h.document_id = of_document FOR UPDATE;
    END IF;
  END IF;
  has_head := place IS NOT NULL OR what <> 'document.created';
  place := coalesce(place, 1);
  SELECT jsonb_object_agg(f.key, jsonb_build_array(f.salt, f.value)),
         '{' || string_agg(to_json(f.key)::text || ':"'
           || encode(sha256(convert_to('["' || f.salt || '",' || to_json(f.value)::text || ']', 'UTF8')), 'hex')
           || '"', ',' ORDER BY f.key COLLATE "C") || '}'
    INTO salted_values, hashes
    FROM (SELECT v.key, v.value, left(encode(sha256(convert_to(seed || v.key, 'UTF8')), 'hex'), 32) AS salt
            FROM jsonb_each_text((who - 'kind') || facts) v WHERE v.value IS NOT NULL) f;
  SELECT json_strip_nulls(row_to_json(e))::text INTO text_of_entry
    FROM (SELECT what AS action,
                 to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
                 who->>'kind' AS by, about AS details, of_document AS document_id, place AS number,
                 hashes::json AS personal, previous AS previous, of_version AS version) e;
  digest := encode(sha256(convert_to(text_of_entry, 'UTF8')), 'hex');
  INSERT INTO history.history (document_id, number, entry, sha256)
    VALUES (of_document, place, text_of_entry, digest);
  IF salted_values IS NOT NULL THEN
    INSERT INTO history.personal (document_id, number, salted) VALUES (of_document, place, salted_values);
  END IF;
  IF has_head THEN
    UPDATE history.heads h SET entries = place, sha256 = digest WHERE h.document_id = of_document;
  ELSE
    INSERT INTO history.heads (document_id, entries, sha256) VALUES (of_document, 1, digest);
  END IF;
END $$;
--> statement-breakpoint
-- Only the functions below call it, as the owner of the tables: the users that the service has need no right on them.
REVOKE EXECUTE ON FUNCTION history.append(uuid, text, integer, json, jsonb) FROM PUBLIC;
--> statement-breakpoint

CREATE FUNCTION history.record_document() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
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
-- A restore has the entries themselves, and says so.
CREATE TRIGGER documents_history_insert AFTER INSERT ON documents.documents
  FOR EACH ROW WHEN (current_setting('docmgr.restoring', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION history.record_document();
--> statement-breakpoint
CREATE TRIGGER documents_history_update AFTER UPDATE ON documents.documents
  FOR EACH ROW WHEN (
    (OLD.title, OLD.status, OLD.created_by, OLD.content_sha256, OLD.deleted_at)
      IS DISTINCT FROM (NEW.title, NEW.status, NEW.created_by, NEW.content_sha256, NEW.deleted_at))
  EXECUTE FUNCTION history.record_document();
--> statement-breakpoint

CREATE FUNCTION history.record_access() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    PERFORM history.append(OLD.document_id, 'access.taken', NULL, json_build_object('old_role', OLD.role),
      jsonb_build_object('principal', OLD.principal));
  ELSE
    PERFORM history.append(NEW.document_id, 'access.given', NULL,
      json_build_object('old_role', CASE WHEN TG_OP = 'UPDATE' THEN OLD.role END, 'role', NEW.role),
      jsonb_build_object('principal', NEW.principal));
  END IF;
  RETURN NULL;
END $$;
--> statement-breakpoint
-- The role that comes with a new document is in the entry of that.
CREATE TRIGGER access_history AFTER INSERT OR UPDATE OR DELETE ON documents.access
  FOR EACH ROW WHEN (pg_trigger_depth() = 0 AND current_setting('docmgr.restoring', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION history.record_access();
--> statement-breakpoint

CREATE FUNCTION history.record_signature() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
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
--> statement-breakpoint
CREATE TRIGGER signatures_history AFTER INSERT OR UPDATE OR DELETE ON signatures.signatures
  FOR EACH ROW WHEN (current_setting('docmgr.restoring', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION history.record_signature();
--> statement-breakpoint

-- Someone was refused. Does nothing for a document that there is not.
CREATE FUNCTION history.record_refusal(of_document uuid, tried text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF EXISTS (SELECT FROM history.heads WHERE document_id = of_document) THEN
    PERFORM history.append(of_document, 'refused', NULL, json_build_object('tried', tried), '{}');
  END IF;
END $$;
--> statement-breakpoint

-- Takes what entries say of someone, and says so in each chain: a value that is missing without that was removed by
-- somebody else. Titles are left, because they are the documents'.
CREATE FUNCTION history.erase(addresses text[]) RETURNS TABLE (document uuid, erased integer)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found text[];
BEGIN
  FOR document IN
    SELECT DISTINCT p.document_id FROM history.personal p, jsonb_each(p.salted) v
     WHERE v.key <> 'title' AND v.key <> 'old_title' AND lower(v.value->>1) = ANY (addresses) ORDER BY 1
  LOOP
    PERFORM FROM history.heads h WHERE h.document_id = document FOR UPDATE;
    WITH named AS (
      SELECT p.number, v.key FROM history.personal p, jsonb_object_keys(p.salted) v(key)
       WHERE p.document_id = document AND (
         lower(p.salted->v.key->>1) = ANY (addresses) AND v.key NOT IN ('title', 'old_title')
         OR v.key IN ('subject', 'client_address', 'user_agent') AND lower(p.salted->'actor'->>1) = ANY (addresses)
         OR v.key IN ('signer_name', 'ip_address') AND lower(p.salted->'signer_email'->>1) = ANY (addresses))
    ), removed AS (
      UPDATE history.personal p SET salted = p.salted - k.keys
        FROM (SELECT n.number, array_agg(n.key) AS keys FROM named n GROUP BY n.number) k
       WHERE p.document_id = document AND p.number = k.number
    )
    SELECT array_agg(n.number || ' ' || n.key ORDER BY n.number, n.key COLLATE "C") INTO found FROM named n;
    PERFORM history.append(document, 'history.erased', NULL, json_build_object('values', to_json(found)), '{}');
    erased := cardinality(found);
    RETURN NEXT;
  END LOOP;
END $$;
--> statement-breakpoint
REVOKE EXECUTE ON FUNCTION history.erase(text[]) FROM PUBLIC;
--> statement-breakpoint

-- The chains of documents that are there already begin now, with what is known of each.
WITH begun AS (
  SELECT d.id, json_strip_nulls(row_to_json(e))::text AS entry
    FROM documents.documents d CROSS JOIN LATERAL (
      SELECT 'history.began' AS action,
             to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS at,
             'service' AS by,
             json_build_object(
               'content_sha256', d.content_sha256,
               'signatures', (SELECT json_agg(s.id ORDER BY s.id) FROM signatures.signatures s WHERE s.document_id = d.id),
               'status', d.status) AS details,
             d.id AS document_id, 1 AS number, d.version AS version) e
), entries AS (
  INSERT INTO history.history (document_id, number, entry, sha256)
    SELECT id, 1, entry, encode(sha256(convert_to(entry, 'UTF8')), 'hex') FROM begun
  RETURNING document_id, sha256
)
INSERT INTO history.heads (document_id, entries, sha256) SELECT document_id, 1, sha256 FROM entries;
