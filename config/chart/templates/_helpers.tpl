{{- /* vacation-operator for a release of that name, else RELEASE-vacation-operator. */ -}}
{{- define "vacation-operator.fullname" -}}
{{- if contains "vacation-operator" .Release.Name -}}
{{- .Release.Name -}}
{{- else -}}
{{- printf "%s-vacation-operator" .Release.Name | trunc 56 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "vacation-operator.labels" -}}
app.kubernetes.io/name: vacation-operator
app.kubernetes.io/part-of: vacation-operator
app.kubernetes.io/version: {{ .Chart.AppVersion }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "vacation-operator.image" -}}
{{- with .Values.image -}}
{{- .repository }}{{ if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end -}}
