-- As in 0015, in fewer steps: the texts are joined, where rows were made, sorted, aggregated and written as JSON. In 2,000
-- inserts each, a document took PostgreSQL 95 µs of CPU without its history, 235 with it as it was, and 185 now; 27 of what
-- is left are salts and hashes, 30 the three rows. Entries are the same, byte for byte.
CREATE OR REPLACE FUNCTION history.append(of_document uuid, what text, of_version integer, about json, facts jsonb)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  who jsonb := coalesce(nullif(current_setting('docmgr.by', true), '')::jsonb,
    jsonb_build_object('kind', 'database', 'actor', session_user));
  named jsonb := who || facts;
  place integer;
  has_head boolean;
  previous text;
  name text;
  salted_value text;
  salted_values text;
  hashes text;
  text_of_entry text;
  digest text;
  -- Salts are made of it, because random numbers take longer than hashes; it is not kept.
  seed text := gen_random_uuid()::text;
  salts text;
  count integer := 0;
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
  -- PERSONAL_NAMES of src/domain/history.ts, in the order of RFC 8785.
  FOREACH name IN ARRAY ARRAY['actor', 'client_address', 'created_by', 'ip_address', 'old_title', 'principal',
    'signer_email', 'signer_name', 'subject', 'title', 'user_agent']
  LOOP
    CONTINUE WHEN named->>name IS NULL;
    -- One hash has four salts.
    IF count % 4 = 0 THEN
      salts := encode(sha512(convert_to(seed || count, 'UTF8')), 'hex');
    END IF;
    salted_value := '["' || substr(salts, count % 4 * 32 + 1, 32) || '",' || to_json(named->>name) || ']';
    salted_values := concat(salted_values || ',', '"', name, '":', salted_value);
    hashes := concat(hashes || ',', '"', name, '":"', encode(sha256(convert_to(salted_value, 'UTF8')), 'hex'), '"');
    count := count + 1;
  END LOOP;
  -- What is NULL, with the name before it, is left out by concat.
  text_of_entry := concat(
    '{"action":"', what,
    '","at":"', to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), '"',
    ',"by":' || to_json(who->>'kind'),
    ',"details":' || json_strip_nulls(about)::text,
    ',"document_id":"', of_document,
    '","number":', place,
    ',"personal":{' || hashes || '}',
    ',"previous":"' || previous || '"',
    ',"version":' || of_version,
    '}');
  digest := encode(sha256(convert_to(text_of_entry, 'UTF8')), 'hex');
  INSERT INTO history.history (document_id, number, entry, sha256)
    VALUES (of_document, place, text_of_entry, digest);
  IF salted_values IS NOT NULL THEN
    INSERT INTO history.personal (document_id, number, salted)
      VALUES (of_document, place, ('{' || salted_values || '}')::jsonb);
  END IF;
  IF has_head THEN
    UPDATE history.heads h SET entries = place, sha256 = digest WHERE h.document_id = of_document;
  ELSE
    INSERT INTO history.heads (document_id, entries, sha256) VALUES (of_document, 1, digest);
  END IF;
END $$;
