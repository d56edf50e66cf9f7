{{- /* auth.tokenLifetime → DOCMGR_AUTH_TOKEN_LIFETIME */ -}}
{{- define "docmgr.variable" -}}
DOCMGR_{{ regexReplaceAll "([a-z])([A-Z])" . "${1}_${2}" | replace "." "_" | upper }}
{{- end }}

{{- /* database.directUrl → database-direct-url */ -}}
{{- define "docmgr.secretKey" -}}
{{ regexReplaceAll "([a-z])([A-Z])" . "${1}-${2}" | replace "." "-" | lower }}
{{- end }}

{{- /* Where a key is, as YAML {name, key}. Each role has a private key of its own: auth-services-key-ws. The jobs run before the release's own Secret exists. */ -}}
{{- define "docmgr.secretSource" -}}
{{- $key := include "docmgr.secretKey" .setting -}}
{{- $secrets := .root.Values.secrets -}}
{{- $own := include "docmgr.ownSecrets" . | fromYaml -}}
{{- if and (eq .setting "auth.services.key") (not (hasKey $own $key)) }}{{ $key = printf "%s-%s" $key .component }}{{ end -}}
{{- $from := mergeOverwrite (deepCopy $secrets.from) $own -}}
{{- if hasKey $from $key -}}
{{ get $from $key | toYaml }}
{{- else if $secrets.existing -}}
{{ dict "name" $secrets.existing "key" $key | toYaml }}
{{- else if hasKey $secrets.values $key -}}
{{- $job := has .component (list "migrate" "access" "connector") -}}
{{ dict "name" (printf "%s%s" (include "docmgr.fullname" .root) (ternary "-jobs" "" $job)) "key" $key | toYaml }}
{{- else -}}
{{- $plain := ternary (printf "set settings.%s, " .setting) "" (has .setting (list "cache.url" "changes.url" "search.url")) -}}
{{ fail (printf "secrets: no source for %s, which %s needs: %sname a Secret with this key in secrets.existing or secrets.from.%s, or set secrets.values.%s for a trial" $key .component $plain $key $key) }}
{{- end -}}
{{- end }}

{{- /* env of a container: settings as they are, secrets as the paths of their files. */ -}}
{{- define "docmgr.env" -}}
- name: DOCMGR_DATA
  value: /var/lib/docmgr
{{- with .root.Values.caSecret }}
- name: NODE_EXTRA_CA_CERTS
  value: /run/secrets/ca/ca.crt
{{- end }}
{{- $settings := include "docmgr.settings" . | fromYaml -}}
{{- /* Without an audience the identity provider is for logins only, which the document role has. */}}
{{- $loginsOnly := and (ne .component "document") (not (dig "auth" "oidc" "audience" "" $settings)) }}
{{- range (include "docmgr.component" . | fromYaml).settings | splitList " " }}
{{- $value := (include "docmgr.settingOf" (dict "settings" $settings "setting" .) | fromYaml).value }}
{{- if and $loginsOnly (hasPrefix "auth.oidc." .) }}{{ $value = "" }}{{ end }}
{{- if kindIs "slice" $value }}{{ $value = join "," $value }}{{ end }}
{{- if and (kindIs "float64" $value) (eq (floor $value) $value) }}{{ $value = int64 $value }}{{ end }}
{{- if ne (toString $value) "" }}
- name: {{ include "docmgr.variable" . }}
  value: {{ toString $value | quote }}
{{- end }}
{{- end }}
{{- range include "docmgr.secretsOf" . | splitList " " }}
{{- $context := dict "root" $.root "component" $.component "setting" . }}
{{- if eq . "blobs.accessKey" }}
{{- /* docmgr does not read this one from a file. */}}
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
