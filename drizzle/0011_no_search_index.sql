-- The search index is in a file or in Elasticsearch; the function for misspelled words goes with its schema.
DROP SCHEMA "search" CASCADE;
