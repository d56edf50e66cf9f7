CREATE SCHEMA "blobs";
--> statement-breakpoint
CREATE TABLE "blobs"."objects" (
	"bucket" varchar(20) NOT NULL,
	"key" varchar(200) NOT NULL,
	"bytes" "bytea" NOT NULL,
	"stored_at" timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
	CONSTRAINT "objects_bucket_key_pk" PRIMARY KEY("bucket","key")
);
--> statement-breakpoint

-- Bytes beyond 2 KB are stored outside of the row, and never compressed: that would cost more than writing them.
ALTER TABLE blobs.objects ALTER COLUMN bytes SET STORAGE EXTERNAL;
