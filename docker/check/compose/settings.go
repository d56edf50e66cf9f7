package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// needs are the groups of settings that each container of docmgr is about; it is given no others.
var needs = map[string][]string{
	"migrate":   {"DATABASE"},
	"cdc":       {"DATABASE", "CHANGES"},
	"reindex":   {"DATABASE", "BLOBS", "SEARCH"},
	"document":  {"AUTH", "LISTEN", "SHUTDOWN", "DATABASE", "BLOBS", "CACHE"},
	"signature": {"AUTH", "LISTEN", "SHUTDOWN", "DATABASE", "BLOBS", "DOCUMENTS"},
	"search":    {"AUTH", "LISTEN", "SHUTDOWN", "SEARCH"},
	"ws":        {"AUTH", "LISTEN", "SHUTDOWN", "CHANGES"},
	"indexer":   {"AUTH", "LISTEN", "SHUTDOWN", "CHANGES", "SEARCH", "BLOBS"},
}

// variables that docmgr does not know stop it at its start; those it does not need tell it secrets for nothing.
func variables(s *system, service types.ServiceConfig) (found []string) {
	if !isDocmgr(service) {
		return nil
	}
	groups, ok := needs[service.Name]
	if !ok {
		return []string{"is not known here: say what it needs"}
	}
	used := map[string]bool{}
	for name := range environment(service) {
		if s.variables != nil && !slices.Contains(s.variables, strings.TrimSuffix(name, "_FILE")) {
			found = append(found, "docmgr knows no variable "+name)
		}
		group, _, _ := strings.Cut(strings.TrimPrefix(name, "DOCMGR_"), "_")
		used[group] = true
		if !slices.Contains(groups, group) {
			found = append(found, "is not about "+name)
		}
	}
	for _, group := range groups {
		if !used[group] {
			found = append(found, "is told nothing of DOCMGR_"+group)
		}
	}
	direct := slices.ContainsFunc([]string{"DOCMGR_DATABASE_DIRECT_URL", "DOCMGR_DATABASE_DIRECT_URL_FILE"}, func(name string) bool {
		_, given := service.Environment[name]
		return given
	})
	// Reindexing needs neither a session nor the log of its own.
	if direct != (isOnce(service) && service.Name != "reindex") && slices.Contains(groups, "DATABASE") {
		found = append(found, "roles go through PgBouncer; migrations and replication do not")
	}
	return found
}

var (
	secretName = regexp.MustCompile(`PASSWORD|SECRET|TOKEN|PRIVATE|[^S]_KEY$`) // an ACCESS_KEY is a name
	secretURL  = regexp.MustCompile(`://[^/@\s]*:[^/@\s]+@`)
	secretFile = regexp.MustCompile(`/run/secrets/(\w+)`)
)

// secrets: each that is read is given, each that is given is read, and in production none is in the environment.
func secrets(s *system, service types.ServiceConfig) (found []string) {
	given := map[string]bool{}
	for _, secret := range service.Secrets {
		given[secret.Source] = true
	}
	read := map[string]bool{}
	texts := slices.Concat(service.Command, service.Entrypoint)
	if check := service.HealthCheck; check != nil {
		texts = append(texts, check.Test...)
	}
	for name, value := range environment(service) {
		texts = append(texts, value)
		plain := !strings.HasSuffix(name, "_FILE") && !strings.HasPrefix(value, "/run/secrets/")
		if s.production && value != "" && plain && (secretName.MatchString(name) || secretURL.MatchString(value)) {
			found = append(found, name+" has its secret in the environment")
		}
	}
	for _, text := range texts {
		for _, match := range secretFile.FindAllStringSubmatch(text, -1) {
			read[match[1]] = true
		}
		if strings.Contains(text, "/etc/docmgr/sasl.sh") {
			read["kafka_password"] = true
			if service.Name == "connect" {
				read["debezium_password"] = true
			}
		}
	}
	for name := range read {
		if !given[name] {
			found = append(found, "reads the secret "+name+", which it is not given")
		}
	}
	for name := range given {
		if !read[name] {
			found = append(found, "is given the secret "+name+" and does not read it")
		}
	}
	return found
}

// production: tokens are required, tools are off, the servers are unreachable from outside.
func production(s *system) (found []string) {
	if !s.production {
		return nil
	}
	for _, service := range s.services() {
		values := environment(service)
		if isRole(service) && values["DOCMGR_AUTH_MODE"] != "required" {
			found = append(found, service.Name+": tokens are not required")
		}
		if values["DOCMGR_AUTH_OPEN_BEYOND_LOOPBACK"] == "true" {
			found = append(found, service.Name+": is open beyond loopback")
		}
	}
	if _, on := s.project.Services["kafka-ui"]; on {
		found = append(found, "kafka-ui is started")
	}
	if !s.project.Networks["back"].Internal {
		found = append(found, "the network of the servers is not internal")
	}
	gateway := environment(s.project.Services["kong"])
	for _, name := range []string{"KONG_ADMIN_LISTEN", "KONG_ADMIN_GUI_LISTEN", "KONG_STREAM_LISTEN"} {
		if gateway[name] != "off" {
			found = append(found, "kong: "+name+" is not off")
		}
	}
	for _, secret := range s.project.Secrets {
		if secret.File == "" {
			found = append(found, "secret "+secret.Name+" comes from no file")
		}
	}
	return found
}
