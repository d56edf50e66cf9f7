{{- /* What pods of roles and jobs have in common. .placement has nodeSelector and tolerations, .size limits each volume. */ -}}
{{- define "docmgr.pod" -}}
automountServiceAccountToken: false
# Kubernetes would set DOCMGR_DOCUMENT_PORT and the like for Services; docmgr refuses variables that it does not know.
enableServiceLinks: false
{{- with .root.Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .root.Values.securityContext }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ int64 .user }}
  runAsGroup: {{ int64 .group }}
  fsGroup: {{ int64 .group }}
  seccompProfile: { type: RuntimeDefault }
{{- end }}
{{- with .placement.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .placement.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
volumes:
  - name: data
    emptyDir: { sizeLimit: {{ .size }} }
  - name: tmp
    emptyDir: { sizeLimit: {{ .size }} }
  - name: secrets
    projected:
      defaultMode: 0440
      sources: {{- include "docmgr.secretFiles" . | trim | nindent 8 }}
  {{- if eq .component "access" }}
  - name: passwords
    secret: { secretName: {{ .root.Values.jobs.access.passwords }}, defaultMode: 0440 }
  {{- end }}
  {{- with .root.Values.caSecret }}
  - name: ca
    secret:
      secretName: {{ . }}
      items: [{ key: ca.crt, path: ca.crt }]
  {{- end }}
{{- end }}

{{- define "docmgr.container" -}}
name: {{ .component }}
image: {{ include "docmgr.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
volumeMounts:
  - { name: data, mountPath: /var/lib/docmgr }
  - { name: tmp, mountPath: /tmp }
  - { name: secrets, mountPath: /run/secrets/docmgr, readOnly: true }
  {{- if eq .component "access" }}
  - { name: passwords, mountPath: /run/secrets/passwords, readOnly: true }
  {{- end }}
  {{- if .root.Values.caSecret }}
  - { name: ca, mountPath: /run/secrets/ca, readOnly: true }
  {{- end }}
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
# Until the servers that it needs answer; no other probe runs before that.
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
# Only whether the event loop responds: a restart does not bring back a server that is away.
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
