ALTER TABLE "documents"."documents" ADD COLUMN "signed_at" timestamp with time zone;--> statement-breakpoint

-- When a document became signed stays known after it has moved on. A document that was signed before this column was
-- there has not changed since, unless it was completed.
CREATE OR REPLACE FUNCTION documents.touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.version := OLD.version + 1;
  NEW.updated_at := clock_timestamp();
  NEW.signed_at := coalesce(OLD.signed_at, CASE
    WHEN OLD.status IN ('signed', 'completed') THEN OLD.updated_at
    WHEN NEW.status IN ('signed', 'completed') THEN NEW.updated_at
  END);
  RETURN NEW;
END $$;
