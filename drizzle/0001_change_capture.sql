-- What drizzle-kit cannot express: triggers, replica identities, the publication and collations.

-- Times are written and read in UTC.
DO $$ BEGIN
  EXECUTE format('ALTER DATABASE %I SET timezone TO ''UTC''', current_database());
END $$;
--> statement-breakpoint
SET timezone TO 'UTC';
--> statement-breakpoint

-- version orders a document: it grows by one with every change of the row, whoever makes it.
CREATE FUNCTION documents.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_at := clock_timestamp();
  RETURN NEW;
END $$;
--> statement-breakpoint
CREATE TRIGGER documents_touch BEFORE UPDATE ON documents.documents
  FOR EACH ROW EXECUTE FUNCTION documents.touch();
--> statement-breakpoint

-- Events carry the whole old row.
ALTER TABLE documents.documents REPLICA IDENTITY FULL;
--> statement-breakpoint
ALTER TABLE signatures.signatures REPLICA IDENTITY FULL;
--> statement-breakpoint
CREATE PUBLICATION docmgr_cdc FOR TABLE documents.documents, signatures.signatures;
--> statement-breakpoint

-- Positions are compared byte by byte.
ALTER TABLE changes.history ALTER COLUMN position TYPE varchar(128) COLLATE "C";
--> statement-breakpoint
ALTER TABLE changes.feeds ALTER COLUMN history_floor TYPE varchar(128) COLLATE "C";
