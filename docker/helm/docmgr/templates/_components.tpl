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
{{- /* JWTs of an identity provider are accepted by every role with an interface for users. */ -}}
{{- $provider := "auth.oidc.issuer auth.oidc.audience auth.oidc.groupsClaim auth.oidc.adminGroups auth.oidc.admins auth.oidc.timeout" -}}
{{- /* The secrets that .Values.secrets switches on: of every role, and of the document role. */ -}}
{{- $scrape := ternary " auth.scrapeToken" "" .Values.secrets.scrapeToken -}}
{{- $optional := "" -}}
{{- range $key, $setting := dict "viewerKey" "cache.viewerSecret" "secondSecret" "auth.secondSecret" "oidcClientSecret" "auth.oidc.clientSecret" -}}
{{- if get $.Values.secrets $key }}{{ $optional = printf "%s %s" $optional $setting }}{{ end -}}
{{- end -}}
{{- $limits := "cache.url limits.window limits.principalRequests limits.principalBytes limits.principalIdempotencyKeys limits.principalSockets limits.addressRequests limits.addressBytes limits.addressIdempotencyKeys limits.addressSockets" -}}
{{- $database := "database.poolSize database.statementTimeout" -}}
{{- $blobs := "blobs.url blobs.region blobs.bucketPrefix" -}}
{{- $feed := "changes.url changes.prefix changes.group changes.historyHours changes.historyEvents" -}}
document:
  settings: {{ $serving }} {{ $provider }} auth.oidc.name auth.oidc.clientId auth.oidc.scopes http.publicUrl auth.tokenLifetime {{ $database }} {{ $blobs }} {{ $limits }} limits.contentBytes limits.extractionTime limits.extractionMemory limits.ocrPages limits.ocrTime extraction.ocr extraction.ocrLanguages
  secrets: auth.secret auth.services.keys database.url database.directUrl cache.url blobs{{ $optional }}{{ $scrape }}
  paths: [/documents, /document.DocumentService, /docs, =/openapi.json, =/, =/status, =/login, =/auth/session, /auth/oidc, /people, /keys, /sessions, /totals, /settings, /d, /console]
  grpc: true
signature:
  settings: {{ $serving }} {{ $provider }} {{ $database }} {{ $blobs }} {{ $limits }} documents.timeout
  secrets: auth.services.key database.url database.directUrl cache.url blobs{{ $scrape }}
  paths: [/signatures]
search:
  settings: {{ $serving }} {{ $provider }} search.url search.index documents.timeout {{ $limits }}
  secrets: auth.services.key search.url cache.url{{ $scrape }}
  paths: [/search, /suggest, /aggregations]
ws:
  settings: {{ $serving }} {{ $provider }} {{ $feed }} documents.timeout {{ $limits }} limits.connections
  secrets: auth.services.key changes.url cache.url{{ if .Values.secrets.secondServiceKey }} auth.services.secondKey{{ end }}{{ $scrape }}
  paths: [/ws, =/events, /auth, /broadcast, /dead-letters, =/stats, =/asyncapi.json]
indexer:
  settings: {{ $serving }} {{ $feed }} search.url search.index {{ $blobs }} documents.timeout limits.extractionTime limits.extractionMemory
  secrets: auth.services.key changes.url search.url blobs{{ $scrape }}
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

{{- /* The value of .setting in .settings, as YAML {value}; empty where there is none. */ -}}
{{- define "docmgr.settingOf" -}}
{{- $value := .settings -}}
{{- range splitList "." .setting -}}
{{- if kindIs "map" $value }}{{ $value = default "" (get $value .) }}{{ else }}{{ $value = "" }}{{ end -}}
{{- end -}}
{{ dict "value" $value | toYaml }}
{{- end }}

{{- /* The settings whose values are secrets of the component; a URL that is in `settings` is no secret. */ -}}
{{- define "docmgr.secretsOf" -}}
{{- $settings := include "docmgr.settings" . | fromYaml -}}
{{- $found := list -}}
{{- range (include "docmgr.component" . | fromYaml).secrets | splitList " " -}}
{{- if eq . "blobs" -}}
{{- if $.root.Values.secrets.blobKeys }}{{ $found = concat $found (list "blobs.accessKey" "blobs.secretKey") }}{{ end -}}
{{- else if not (include "docmgr.settingOf" (dict "settings" $settings "setting" .) | fromYaml).value -}}
{{- $found = append $found . -}}
{{- end -}}
{{- end -}}
{{- join " " $found -}}
{{- end }}
