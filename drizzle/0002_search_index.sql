-- What drizzle-kit cannot express of the search index: storage, collations and the function for misspelled words.

-- Texts and vectors live apart from the rest of a row (TOAST): facets and filters then read few pages, and a change
-- of status neither copies a text nor touches the vector's index.
ALTER TABLE search.documents SET (toast_tuple_target = 256, fillfactor = 85, autovacuum_analyze_scale_factor = 0.05);
--> statement-breakpoint
ALTER TABLE search.documents
  ALTER COLUMN title SET STORAGE MAIN,
  ALTER COLUMN created_by SET STORAGE MAIN,
  ALTER COLUMN content_type SET STORAGE MAIN,
  ALTER COLUMN content_sha256 SET STORAGE MAIN;
--> statement-breakpoint
-- A search reads the pending list from end to end, so it is kept short.
ALTER INDEX search.documents_vector SET (gin_pending_list_limit = 2048);
--> statement-breakpoint
-- Compared byte by byte: no language's rules, and the same answers on every machine.
ALTER TABLE search.words
  ALTER COLUMN word TYPE varchar(32) COLLATE "C",
  ALTER COLUMN stem TYPE varchar(32) COLLATE "C";
--> statement-breakpoint

-- Stems of the words that are at most max_edits away from a misspelled one, the nearest first. The threshold is lower
-- than the usual one, because two edits take most of the trigrams of a word of six to eight letters.
CREATE FUNCTION search.near_words(misspelled text, max_edits int, max_words int) RETURNS TABLE (stem text)
LANGUAGE sql STABLE PARALLEL SAFE SET pg_trgm.similarity_threshold = 0.2 AS $$
  SELECT candidate.stem FROM (
    SELECT w.word, w.stem::text, levenshtein_less_equal(w.word, misspelled, max_edits) AS edits,
      similarity(w.word, misspelled) AS likeness
    FROM search.words w
    WHERE w.word % misspelled AND length(w.word) BETWEEN length(misspelled) - max_edits AND length(misspelled) + max_edits
  ) candidate
  WHERE candidate.edits <= max_edits
  ORDER BY candidate.edits, candidate.likeness DESC, candidate.word LIMIT max_words
$$;
