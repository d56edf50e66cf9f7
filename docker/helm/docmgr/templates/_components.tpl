{{- /*
What docmgr runs: the roles and the jobs.
  settings   what it reads, by docmgr's names
  secrets    the keys of secrets that it gets, as setting=key; `blobs` stands for both keys of S3
  paths      what the Ingress sends to it; "=" marks an exact path. A role without paths has no public interface.
  grpc       whether it serves gRPC
A new role is an entry here, in values.yaml and in values.schema.json.
*/ -}}
{{- define "docmgr.components" -}}
{{- $serving := "listen.host listen.trustedProxies http.hosts http.origins auth.issuer auth.audience auth.maxTokenLifetime tracing.url tracing.service tracing.ratio shutdown.drain shutdown.limit log.level" -}}
{{- $limits := "cache.url limits.window limits.principalRequests limits.principalBytes limits.principalIdempotencyKeys limits.principalSockets limits.addressRequests limits.addressBytes limits.addressIdempotencyKeys limits.addressSockets" -}}
{{- $database := "database.poolSize database.statementTimeout" -}}
{{- $blobs := "blobs.url blobs.region blobs.bucketPrefix" -}}
{{- $feed := "changes.url changes.prefix changes.group changes.historyHours changes.historyEvents" -}}
document:
  settings: {{ $serving }} http.publicUrl auth.tokenLifetime {{ $database }} {{ $blobs }} {{ $limits }} limits.contentBytes limits.extractionTime limits.extractionMemory limits.ocrPages limits.ocrTime extraction.ocr extraction.ocrLanguages
  secrets: auth.secret auth.services.keys database.url database.directUrl cache.url blobs{{ if .Values.secrets.viewerKey }} cache.viewerSecret{{ end }}
  paths: [/documents, /document.DocumentService, /docs, =/openapi.json, =/, =/status, =/login, =/auth/session, /auth/oidc, /people, /keys, /sessions, /settings, /d, /console]
  grpc: true
signature:
  settings: {{ $serving }} {{ $database }} {{ $blobs }} {{ $limits }} documents.timeout
  secrets: auth.services.key database.url database.directUrl cache.url blobs
  paths: [/signatures]
search:
  settings: {{ $serving }} search.url search.index documents.timeout {{ $limits }}
  secrets: auth.services.key search.url cache.url
  paths: [/search, /suggest, /aggregations]
ws:
  settings: {{ $serving }} {{ $feed }} documents.timeout {{ $limits }} limits.connections
  secrets: auth.services.key changes.url cache.url
  paths: [/ws, =/events, /auth, /broadcast, =/stats, =/asyncapi.json]
indexer:
  settings: {{ $serving }} {{ $feed }} search.url search.index {{ $blobs }} documents.timeout limits.extractionTime limits.extractionMemory
  secrets: auth.services.key changes.url search.url blobs
migrate:
  settings: log.level
  secrets: database.url database.directUrl
access:
  settings: changes.url changes.prefix changes.group {{ $blobs }} search.url search.index cache.url log.level
  secrets: database.url database.directUrl changes.url search.url cache.url blobs
connector:
  settings: changes.url changes.prefix changes.slot changes.connectUrl log.level
  secrets: database.url database.directUrl changes.url
gc:
  settings: log.level {{ $database }} {{ $blobs }} {{ $feed }} changes.slot search.url search.index
  secrets: database.url database.directUrl changes.url search.url blobs
{{- end }}

{{- /* The entry of .component, as YAML. */ -}}
{{- define "docmgr.component" -}}
{{- get (include "docmgr.components" .root | fromYaml) .component | toYaml -}}
{{- end }}

{{- /* The settings whose values are secrets of the component; a URL that is in `settings` is no secret. */ -}}
{{- define "docmgr.secretsOf" -}}
{{- $settings := include "docmgr.settings" . | fromYaml -}}
{{- $found := list -}}
{{- range (include "docmgr.component" . | fromYaml).secrets | splitList " " -}}
{{- if eq . "blobs" -}}
{{- if $.root.Values.secrets.blobKeys }}{{ $found = concat $found (list "blobs.accessKey" "blobs.secretKey") }}{{ end -}}
{{- else if not (dig (splitList "." . | first) (splitList "." . | last) "" $settings) -}}
{{- $found = append $found . -}}
{{- end -}}
{{- end -}}
{{- join " " $found -}}
{{- end }}
