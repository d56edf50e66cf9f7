-- Roles and database. Run once, in template1, so that every later database has PgBouncer's function.
\getenv docmgr_password DOCMGR_PASSWORD
\getenv debezium_password DEBEZIUM_PASSWORD
\getenv pgbouncer_password PGBOUNCER_PASSWORD

CREATE ROLE docmgr LOGIN PASSWORD :'docmgr_password';
CREATE ROLE pgbouncer LOGIN PASSWORD :'pgbouncer_password';
\if :{?debezium_password}
CREATE ROLE debezium LOGIN REPLICATION PASSWORD :'debezium_password';
GRANT pg_read_all_data TO debezium;  -- initial snapshot
\endif

-- For auth_query of pgbouncer.ini. Superusers and replication connect directly.
CREATE SCHEMA pgbouncer;
GRANT USAGE ON SCHEMA pgbouncer TO pgbouncer;
CREATE FUNCTION pgbouncer.get_auth(wanted text)
RETURNS TABLE (usename name, passwd text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT rolname, rolpassword FROM pg_authid
   WHERE rolname = wanted AND rolcanlogin AND NOT rolsuper AND NOT rolreplication
$$;
REVOKE ALL ON FUNCTION pgbouncer.get_auth(text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION pgbouncer.get_auth(text) TO pgbouncer;

CREATE DATABASE docmgr OWNER docmgr;
