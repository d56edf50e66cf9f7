package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
	"go.yaml.in/yaml/v4"
)

// system is everything that the rules look at.
type system struct {
	// name says which files these are, for messages.
	name       string
	root       string
	production bool
	project    *types.Project
	kong       kong
	pgbouncer  string
	dockerfile string
	// ignored is .dockerignore.
	ignored string
	// variables are the names of docmgr's; nil when nobody asks.
	variables []string
}

// kong is what the rules need of kong.yml.
type kong struct {
	Services []struct {
		Name, Protocol, Host string
		Port                 uint32
		Routes               []struct {
			Protocols    []string
			Destinations []struct{ Port uint32 }
		}
	}
	Upstreams []struct {
		Name    string
		Targets []struct{ Target string }
	}
}

func open(root string, change edit, production bool, variables []string) (*system, error) {
	names := []string{"compose.yml"}
	if production {
		names = append(names, "compose.production.yml")
	}
	project, err := load(root, change, names...)
	if err != nil {
		return nil, err
	}
	s := &system{name: names[len(names)-1], root: root, production: production, project: project, variables: variables}
	text, err := read(root, change, "docker/kong.yml")
	if err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(text), &s.kong); err != nil {
		return nil, fmt.Errorf("docker/kong.yml: %w", err)
	}
	for name, text := range map[string]*string{
		"docker/pgbouncer/pgbouncer.ini": &s.pgbouncer,
		"docker/Dockerfile":              &s.dockerfile,
		".dockerignore":                  &s.ignored,
	} {
		if *text, err = read(root, change, name); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func read(root string, change edit, name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(root, name))
	return change(name, string(text)), err
}

// services in the order of their names.
func (s *system) services() []types.ServiceConfig {
	sorted := slices.Sorted(maps.Keys(s.project.Services))
	all := make([]types.ServiceConfig, 0, len(sorted))
	for _, name := range sorted {
		all = append(all, s.project.Services[name])
	}
	return all
}

// problems of all rules, each after the name of its rule.
func (s *system) problems() []string {
	var all []string
	for _, rule := range rules {
		for _, problem := range rule.check(s) {
			all = append(all, rule.name+": "+problem)
		}
	}
	return all
}

// listens says whether a container of the service has this port, and the two have a network in common.
func (s *system) listens(from types.ServiceConfig, host string, port string) string {
	service, ok := s.project.Services[host]
	if !ok {
		return fmt.Sprintf("%s: %s:%s names no service", from.Name, host, port)
	}
	if !slices.Contains(service.Expose, port) {
		return fmt.Sprintf("%s: %s:%s, but %s exposes %v", from.Name, host, port, host, service.Expose)
	}
	for network := range from.Networks {
		if _, shared := service.Networks[network]; shared {
			return ""
		}
	}
	return fmt.Sprintf("%s: %s:%s is in none of its networks", from.Name, host, port)
}

func environment(service types.ServiceConfig) map[string]string {
	values := map[string]string{}
	for name, value := range service.Environment {
		if value != nil {
			values[name] = *value
		}
	}
	return values
}

// isDocmgr: it runs the image that this repository builds.
func isDocmgr(service types.ServiceConfig) bool { return strings.HasPrefix(service.Image, "docmgr:") }

// scalable are the services that `--scale` must work for.
var scalable = []string{"document", "signature", "search", "ws", "indexer"}

func isRole(service types.ServiceConfig) bool { return slices.Contains(scalable, service.Name) }

// isOnce: it does something and ends.
func isOnce(service types.ServiceConfig) bool {
	return service.Restart == "no" || len(service.Restart) >= 10 && service.Restart[:10] == "on-failure"
}

func hasHealthcheck(service types.ServiceConfig) bool {
	check := service.HealthCheck
	return check != nil && !check.Disable && len(check.Test) > 1
}
