{{- /* Rules about several values. values.schema.json has those about single ones. */ -}}
{{- define "docmgr.check" -}}
{{- if and .Values.secrets.existing .Values.secrets.values -}}
{{ fail "secrets.values: cannot be combined with secrets.existing: remove one of the two" }}
{{- end -}}
{{- range $name := include "docmgr.roles" . | splitList " " -}}
{{- $context := dict "root" $ "component" $name -}}
{{- $role := include "docmgr.role" $context | fromYaml -}}
{{- $settings := include "docmgr.settings" $context | fromYaml -}}
{{- include "docmgr.checkOwnSecrets" (merge (dict "owner" "roles") $context) -}}
{{- $lifetime := dig "auth" "tokenLifetime" 3600 $settings | int64 -}}
{{- $maximum := dig "auth" "maxTokenLifetime" 2592000 $settings | int64 -}}
{{- if gt $lifetime $maximum -}}
{{ fail (printf "settings.auth.tokenLifetime: %s would not accept its own tokens: settings.auth.maxTokenLifetime is %d" $name $maximum) }}
{{- end -}}
{{- if gt (mul 2 (int64 $settings.shutdown.drain)) (int64 $settings.shutdown.limit) -}}
{{ fail (printf "settings.shutdown.drain: must be at most half of settings.shutdown.limit, within which the listeners of %s drain and close" $name) }}
{{- end -}}
{{- if lt (mul 1000 (include "docmgr.gracePeriod" $context | int64)) (add (int64 $settings.shutdown.drain) (int64 $settings.shutdown.limit)) -}}
{{ fail (printf "roles.%s.terminationGracePeriodSeconds: is less than settings.shutdown.drain plus settings.shutdown.limit: %s would be killed before it has stopped" $name $name) }}
{{- end -}}
{{- with $role.autoscaling -}}
{{- if gt (int64 .minReplicas) (int64 .maxReplicas) -}}
{{ fail (printf "roles.%s.autoscaling.maxReplicas: is less than minReplicas" $name) }}
{{- end -}}
{{- if and .enabled (eq (default "" .by) "keda") (not .keda.bootstrapServers) -}}
{{ fail (printf "roles.%s.autoscaling.keda.bootstrapServers: set Kafka's brokers, which KEDA asks for the lag" $name) }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $job := omit .Values.jobs "resources" -}}
{{- if $job.enabled -}}
{{- include "docmgr.checkOwnSecrets" (dict "root" $ "component" $name "owner" "jobs") -}}
{{- end -}}
{{- end -}}
{{- include "docmgr.checkProvider" . -}}
{{- if and .Values.jobs.access.enabled (not .Values.jobs.access.passwords) -}}
{{ fail "jobs.access.passwords: set the Secret with the passwords of the users, which docker/secrets writes: s3_document_password and so on" }}
{{- end -}}
{{- if and .Values.jobs.connector.enabled (not (dig "changes" "connectUrl" "" .Values.settings)) -}}
{{ fail "settings.changes.connectUrl: set the URL of Kafka Connect, which runs the connector, or set jobs.connector.enabled to false" }}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{ fail "ingress.host: set the host name of the Ingress" }}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.tlsSecret) (not .Values.ingress.tlsElsewhere) -}}
{{ fail "ingress.tlsSecret: set the Secret of the certificate, since tokens are sent with every request; or set ingress.tlsElsewhere to true if something before the Ingress terminates TLS" }}
{{- end -}}
{{- end }}

{{- /* The document role decides about logins; an audience of one role alone would be a mistake, too. */ -}}
{{- define "docmgr.checkProvider" -}}
{{- $settings := include "docmgr.settings" (dict "root" . "component" "document") | fromYaml -}}
{{- $oidc := dig "auth" "oidc" dict $settings -}}
{{- if and (not $oidc.issuer) (or $oidc.clientId $oidc.audience) -}}
{{ fail "settings.auth.oidc.issuer: set the identity provider of settings.auth.oidc.clientId and audience" }}
{{- end -}}
{{- if and $oidc.issuer (not $oidc.clientId) (not $oidc.audience) -}}
{{ fail "settings.auth.oidc.clientId: set it for logins at settings.auth.oidc.issuer, or settings.auth.oidc.audience for its JWTs" }}
{{- end -}}
{{- if and $oidc.clientId (not (dig "http" "publicUrl" "" $settings)) -}}
{{ fail "settings.http.publicUrl: set the origin to which the identity provider sends people back" }}
{{- end -}}
{{- if and .Values.secrets.oidcClientSecret (not $oidc.clientId) -}}
{{ fail "secrets.oidcClientSecret: is the secret of settings.auth.oidc.clientId, which is not set" }}
{{- end -}}
{{- end }}

{{- /* A login that is not used would be believed to be in force. */ -}}
{{- define "docmgr.checkOwnSecrets" -}}
{{- $read := list -}}
{{- range include "docmgr.secretsOf" . | splitList " " -}}
{{- $read = append $read (include "docmgr.secretKey" .) -}}
{{- end -}}
{{- range $key := include "docmgr.ownSecrets" . | fromYaml | keys | sortAlpha -}}
{{- if not (has $key $read) -}}
{{ fail (printf "%s.%s.secrets.%s: is not used: %s reads %s; a URL in settings comes before a Secret" $.owner $.component $key $.component (join ", " $read)) }}
{{- end -}}
{{- end -}}
{{- end }}
