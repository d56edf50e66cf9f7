{{- define "docmgr.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ int64 .Values.securityContext.user }}
runAsGroup: {{ int64 .Values.securityContext.group }}
fsGroup: {{ int64 .Values.securityContext.group }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "docmgr.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- /*
Seconds between SIGTERM and SIGKILL. Each part may take shutdown.limit to stop, and the listeners' includes the drain;
two parts that need all of it fit.
*/ -}}
{{- define "docmgr.gracePeriod" -}}
{{- $shutdown := (include "docmgr.settings" . | fromYaml).shutdown -}}
{{- $role := include "docmgr.role" . | fromYaml -}}
{{- default (add 5 (div (add 999 (mul 2 (int64 $shutdown.limit))) 1000)) $role.terminationGracePeriodSeconds | int64 -}}
{{- end }}

{{- define "docmgr.probes" -}}
# Until the servers around it are there; nothing else is asked before.
startupProbe:
  httpGet: { path: /health/ready, port: http }
  periodSeconds: 2
  timeoutSeconds: 3
  failureThreshold: 90
readinessProbe:
  httpGet: { path: /health/ready, port: http }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
# Only that the event loop turns: a server that is away mends nothing by a restart.
livenessProbe:
  httpGet: { path: /health/live, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}

{{- define "docmgr.topologySpread" -}}
{{- $context := . -}}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: {{ $context.whenUnsatisfiable }}
  # Only pods of the same version count, so that an upgrade spreads as well.
  matchLabelKeys: [pod-template-hash]
  labelSelector:
    matchLabels: {{- include "docmgr.selector" $context | nindent 6 }}
{{- end }}
{{- end }}
