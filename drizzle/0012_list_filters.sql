CREATE INDEX "documents_content_type_created_at" ON "documents"."documents" USING btree ("content_type","created_at","id") WHERE deleted_at is null;--> statement-breakpoint
CREATE INDEX "documents_text_language_created_at" ON "documents"."documents" USING btree ("text_language","created_at","id") WHERE deleted_at is null and text_language is not null;--> statement-breakpoint
CREATE INDEX "documents_trigrams" ON "documents"."documents" USING gin ("title" gin_trgm_ops,"file_name" gin_trgm_ops) WHERE deleted_at is null;--> statement-breakpoint

-- The planner does not use the statistics of the partial index on lower(created_by): it took every owner for half a
-- percent of all documents.
CREATE STATISTICS documents.documents_created_by ON lower(created_by) FROM documents.documents;
--> statement-breakpoint
ANALYZE documents.documents;
