{{- /* The settings that each component reads, by docmgr's names. */ -}}
{{- define "docmgr.settingsOf" -}}
{{- $serving := "listen.host listen.trustedProxies auth.issuer auth.audience shutdown.drain shutdown.limit log.level" -}}
{{- $database := "database.poolSize database.statementTimeout" -}}
{{- $blobs := "blobs.url blobs.region blobs.bucketPrefix" -}}
{{- $topics := "changes.url changes.prefix changes.group" -}}
{{- $history := "changes.historyHours changes.historyEvents" -}}
document: {{ $serving }} auth.tokenLifetime {{ $database }} {{ $blobs }} cache.url limits.contentBytes
signature: {{ $serving }} {{ $database }} {{ $blobs }} documents.timeout
search: {{ $serving }} search.url search.index
ws: {{ $serving }} auth.tokenLifetime {{ $topics }} {{ $history }} limits.connections
indexer: {{ $serving }} {{ $topics }} {{ $history }} search.url search.index {{ $blobs }} limits.extractionTime limits.extractionMemory
migrate: log.level
connector: changes.url changes.prefix changes.slot changes.connectUrl log.level
{{- end }}

{{- /* The keys of secrets that each component is given, as setting=key; a URL that `settings` has is no secret. */ -}}
{{- define "docmgr.secretsOf" -}}
{{- $settings := include "docmgr.settings" . | fromYaml -}}
{{- $keys := dict
  "document" (list "auth.secret" "database.url" "database.directUrl" "cache.url" "blobs")
  "signature" (list "auth.secret" "database.url" "database.directUrl" "blobs")
  "search" (list "auth.secret" "search.url")
  "ws" (list "auth.secret" "changes.url")
  "indexer" (list "auth.secret" "changes.url" "search.url" "blobs")
  "migrate" (list "database.url" "database.directUrl")
  "connector" (list "database.url" "database.directUrl" "changes.url") -}}
{{- $found := list -}}
{{- range get $keys .component -}}
{{- if eq . "blobs" -}}
{{- if $.root.Values.secrets.blobKeys }}{{ $found = concat $found (list "blobs.accessKey" "blobs.secretKey") }}{{ end -}}
{{- else if not (dig (splitList "." . | first) (splitList "." . | last) "" $settings) -}}
{{- $found = append $found . -}}
{{- end -}}
{{- end -}}
{{- if and (eq .component "document") .root.Values.secrets.viewerKey }}{{ $found = append $found "cache.viewerSecret" }}{{ end -}}
{{- join " " $found -}}
{{- end }}

{{- /* auth.tokenLifetime → DOCMGR_AUTH_TOKEN_LIFETIME */ -}}
{{- define "docmgr.variable" -}}
DOCMGR_{{ regexReplaceAll "([a-z])([A-Z])" . "${1}_${2}" | replace "." "_" | upper }}
{{- end }}

{{- /* database.directUrl → database-direct-url */ -}}
{{- define "docmgr.secretKey" -}}
{{ regexReplaceAll "([a-z])([A-Z])" . "${1}-${2}" | replace "." "-" | lower }}
{{- end }}

{{- /* Where a key is, as YAML {name, key}. The jobs run before the release's own Secret is there. */ -}}
{{- define "docmgr.secretSource" -}}
{{- $key := include "docmgr.secretKey" .setting -}}
{{- $secrets := .root.Values.secrets -}}
{{- if hasKey $secrets.from $key -}}
{{ get $secrets.from $key | toYaml }}
{{- else if $secrets.existing -}}
{{ dict "name" $secrets.existing "key" $key | toYaml }}
{{- else if hasKey $secrets.values $key -}}
{{- $job := has .component (list "migrate" "connector") -}}
{{ dict "name" (printf "%s%s" (include "docmgr.fullname" .root) (ternary "-jobs" "" $job)) "key" $key | toYaml }}
{{- else -}}
{{- $plain := ternary (printf "set settings.%s, " .setting) "" (has .setting (list "cache.url" "changes.url" "search.url")) -}}
{{ fail (printf "secrets: nothing gives %s, which %s needs: %sname a Secret that has this key in secrets.existing or secrets.from.%s, or set secrets.values.%s for a trial" $key .component $plain $key $key) }}
{{- end -}}
{{- end }}

{{- /* env of a container: settings as they are, secrets as the paths of their files. */ -}}
{{- define "docmgr.env" -}}
{{- $settings := include "docmgr.settings" . | fromYaml -}}
{{- range get (include "docmgr.settingsOf" . | fromYaml) .component | splitList " " }}
{{- $value := dig (splitList "." . | first) (splitList "." . | last) "" $settings }}
{{- if kindIs "slice" $value }}{{ $value = join "," $value }}{{ end }}
{{- if kindIs "float64" $value }}{{ $value = int64 $value }}{{ end }}
{{- if ne (toString $value) "" }}
- name: {{ include "docmgr.variable" . }}
  value: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- range include "docmgr.secretsOf" . | splitList " " }}
{{- $context := dict "root" $.root "component" $.component "setting" . }}
{{- if eq . "blobs.accessKey" }}
{{- /* docmgr counts this one as no secret, and reads it from no file. */}}
- name: {{ include "docmgr.variable" . }}
  valueFrom:
    secretKeyRef: {{- include "docmgr.secretSource" $context | nindent 6 }}
{{- else }}
- name: {{ include "docmgr.variable" . }}_FILE
  value: /run/secrets/docmgr/{{ include "docmgr.secretKey" . }}
{{- end }}
{{- end }}
{{- end }}

{{- /* The files of those paths: the sources of a projected volume, one for each Secret. */ -}}
{{- define "docmgr.secretFiles" -}}
{{- $items := dict -}}
{{- range without (include "docmgr.secretsOf" . | splitList " ") "blobs.accessKey" -}}
{{- $source := include "docmgr.secretSource" (dict "root" $.root "component" $.component "setting" .) | fromYaml -}}
{{- $item := dict "key" $source.key "path" (include "docmgr.secretKey" .) -}}
{{- $items = set $items $source.name (append (default list (get $items $source.name)) $item) -}}
{{- end -}}
{{- range $name, $files := $items }}
- secret:
    name: {{ $name }}
    items: {{- toYaml $files | nindent 6 }}
{{- end }}
{{- end }}
