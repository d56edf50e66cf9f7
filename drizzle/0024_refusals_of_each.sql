-- As before, and of the 100 in an hour at most 20 are of one caller: a person who tries again and again cannot keep the history
-- from saying who else was refused.
CREATE OR REPLACE FUNCTION history.record_refusal(of_document uuid, tried text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  who jsonb := coalesce(nullif(current_setting('docmgr.by', true), '')::jsonb,
    jsonb_build_object('kind', 'database', 'actor', session_user));
  -- Whoever has no name is known by an address.
  name text := CASE WHEN who ? 'actor' THEN 'actor' ELSE 'client_address' END;
  ending integer;
  is_enough boolean;
BEGIN
  IF NOT EXISTS (SELECT FROM documents.documents d WHERE d.id = of_document AND d.deleted_at IS NULL) THEN
    RETURN;
  END IF;
  SELECT h.entries INTO ending FROM history.heads h WHERE h.document_id = of_document FOR UPDATE;
  SELECT count(*) >= 100
         OR (who->>'kind' = 'anonymous' AND count(*) FILTER (WHERE r.by = 'anonymous') >= 60)
         OR count(*) FILTER (WHERE r.is_same) >= 20
         OR coalesce(bool_or(
           r.is_same AND r.at > clock_timestamp() - interval '1 minute' AND r.tried = record_refusal.tried), false)
    INTO is_enough
    FROM (SELECT (e.entry::json->>'at')::timestamptz AS at, e.entry::json->>'by' AS by,
                 e.entry::json->'details'->>'tried' AS tried,
                 e.entry::json->>'by' = who->>'kind' AND p.salted->name->>1 IS NOT DISTINCT FROM who->>name AS is_same
            FROM history.history e
            LEFT JOIN history.personal p ON p.document_id = e.document_id AND p.number = e.number
           WHERE e.document_id = of_document AND e.number > ending - 200
             AND e.entry LIKE '{"action":"refused",%') r
   WHERE r.at > clock_timestamp() - interval '1 hour';
  IF NOT is_enough THEN
    PERFORM history.append(of_document, 'refused', NULL, json_build_object('tried', tried), '{}');
  END IF;
END $$;
