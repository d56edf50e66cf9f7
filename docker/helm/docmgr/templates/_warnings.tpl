{{- /* The values whose URL is that of a server without TLS: "settings.cache.url, roles.ws.settings.changes.url". */ -}}
{{- define "docmgr.plainServers" -}}
{{- $encrypted := dict "cache.url" "^rediss:" "changes.url" "^kafkas:" "changes.connectUrl" "^https:" "search.url" "^elasticsearch:https:" "blobs.url" "^s3:(https:|$)" "tracing.url" "^https:" -}}
{{- $found := list -}}
{{- $groups := dict "settings" .Values.settings -}}
{{- range $name, $role := .Values.roles -}}
{{- $_ := set $groups (printf "roles.%s.settings" $name) (default dict $role.settings) -}}
{{- end -}}
{{- range $group, $settings := $groups -}}
{{- range $key, $pattern := $encrypted -}}
{{- $value := dig (splitList "." $key | first) (splitList "." $key | last) "" $settings -}}
{{- if and $value (not (regexMatch $pattern $value)) }}{{ $found = append $found (printf "%s.%s" $group $key) }}{{ end -}}
{{- end -}}
{{- end -}}
{{- $secrets := dict "cache-url" "^rediss:" "changes-url" "^kafkas:" "search-url" "^elasticsearch:https:" "database-url" "[?&]sslmode=(require|verify-)" "database-direct-url" "[?&]sslmode=(require|verify-)" -}}
{{- range $key, $pattern := $secrets -}}
{{- $value := get $.Values.secrets.values $key -}}
{{- if and $value (not (regexMatch $pattern $value)) }}{{ $found = append $found (printf "secrets.values.%s" $key) }}{{ end -}}
{{- end -}}
{{- join ", " $found -}}
{{- end }}

{{- /* The trusted proxies that are names of networks, or networks of more than 65,536 addresses. */ -}}
{{- define "docmgr.wideProxies" -}}
{{- $found := list -}}
{{- range .Values.settings.listen.trustedProxies -}}
{{- if regexMatch "^(loopback|linklocal|uniquelocal|[0-9.]+/([0-9]|1[0-5]))$" . }}{{ $found = append $found . }}{{ end -}}
{{- end -}}
{{- join ", " $found -}}
{{- end }}

{{- /* What is less protected than it could be, in sentences. */ -}}
{{- define "docmgr.secretWarnings" -}}
{{- if .Values.secrets.secondSecret -}}
secrets.secondSecret is true: tokens of two secrets are accepted. Set it to false once the last token of the old one has expired.
{{ end -}}
{{- if not .Values.secrets.scrapeToken -}}
secrets.scrapeToken is false: who reaches the HTTP ports of the pods reads /metrics and the details of /health/ready.
{{- end -}}
{{- end }}
