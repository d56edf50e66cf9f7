DROP INDEX "signatures"."signatures_signer_email_signed_at";--> statement-breakpoint
CREATE INDEX "documents_updated_at_id" ON "documents"."documents" USING btree ("updated_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_title_id" ON "documents"."documents" USING btree ("title","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "signatures_signer_email_signed_at" ON "signatures"."signatures" USING btree (lower("signer_email"),"signed_at","id");