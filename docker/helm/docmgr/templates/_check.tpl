{{- /* What no single value is to blame for; the rest is in values.schema.json. */ -}}
{{- define "docmgr.check" -}}
{{- if and .Values.secrets.existing .Values.secrets.values -}}
{{ fail "secrets.values: is only for a trial without secrets.existing: remove one of the two" }}
{{- end -}}
{{- range $name := include "docmgr.roles" . | splitList " " -}}
{{- $context := dict "root" $ "component" $name -}}
{{- $role := include "docmgr.role" $context | fromYaml -}}
{{- $settings := include "docmgr.settings" $context | fromYaml -}}
{{- if gt (mul 2 (int64 $settings.shutdown.drain)) (int64 $settings.shutdown.limit) -}}
{{ fail (printf "settings.shutdown.drain: is part of the time in which the listeners of %s have to stop: at most half of settings.shutdown.limit" $name) }}
{{- end -}}
{{- if lt (mul 1000 (include "docmgr.gracePeriod" $context | int64)) (add (int64 $settings.shutdown.drain) (int64 $settings.shutdown.limit)) -}}
{{ fail (printf "roles.%s.terminationGracePeriodSeconds: is less than settings.shutdown.drain and settings.shutdown.limit together: %s would be killed while it stops" $name $name) }}
{{- end -}}
{{- with $role.autoscaling -}}
{{- if gt (int64 .minReplicas) (int64 .maxReplicas) -}}
{{ fail (printf "roles.%s.autoscaling.maxReplicas: is less than minReplicas" $name) }}
{{- end -}}
{{- if and .enabled (eq (default "" .by) "keda") (not .keda.bootstrapServers) -}}
{{ fail (printf "roles.%s.autoscaling.keda.bootstrapServers: name Kafka's brokers, which KEDA asks for the lag" $name) }}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if and .Values.jobs.connector.enabled (not (dig "changes" "connectUrl" "" .Values.settings)) -}}
{{ fail "settings.changes.connectUrl: name Kafka Connect, where the connector is registered, or set jobs.connector.enabled to false" }}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{ fail "ingress.host: name the host that the Ingress answers for" }}
{{- end -}}
{{- end }}
