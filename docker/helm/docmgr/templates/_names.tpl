{{- define "docmgr.roles" -}}
{{ keys .Values.roles | sortAlpha | join " " }}
{{- end }}

{{- /* At most 40 characters: the longest suffix is -document-headless, and a Service has 63. */ -}}
{{- define "docmgr.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if .Values.fullnameOverride -}}
{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if contains $name .Release.Name -}}
{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end }}

{{- /* What selects the pods of one component. Never changes: a Deployment's selector is immutable. */ -}}
{{- define "docmgr.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "docmgr.labels" -}}
{{ include "docmgr.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "docmgr.podLabels" -}}
{{ include "docmgr.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
{{- end }}

{{- define "docmgr.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ .repository }}@{{ .digest }}{{- else -}}{{ .repository }}:{{ default $.Chart.AppVersion .tag }}{{- end -}}
{{- end -}}
{{- end }}

{{- define "docmgr.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{ default (include "docmgr.fullname" .) .Values.serviceAccount.name }}
{{- else -}}
{{ default "default" .Values.serviceAccount.name }}
{{- end -}}
{{- end }}

{{- /* `pods` with what roles.NAME says over it, as YAML. */ -}}
{{- define "docmgr.role" -}}
{{- mergeOverwrite (deepCopy .root.Values.pods) (omit (get .root.Values.roles .component) "settings" "secrets") | toYaml -}}
{{- end }}

{{- /* `settings` with what roles.NAME.settings says over it, as YAML; the jobs have no settings of their own. */ -}}
{{- define "docmgr.settings" -}}
{{- $role := default dict (get .root.Values.roles .component) -}}
{{- mergeOverwrite (deepCopy .root.Values.settings) (default dict $role.settings) | toYaml -}}
{{- end }}

{{- /* What roles.NAME or jobs.NAME says about its own secrets, as YAML. */ -}}
{{- define "docmgr.ownSecrets" -}}
{{- $owner := default (get .root.Values.jobs .component) (get .root.Values.roles .component) -}}
{{- default dict $owner.secrets | toYaml -}}
{{- end }}
