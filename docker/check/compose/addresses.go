package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/compose-spec/compose-go/v2/types"
)

// address is host:port where the host is a name; numbers are the container's own.
var address = regexp.MustCompile(`(?:^|[/@, "])([a-z][a-z0-9-]*):(\d{2,5})\b`)

// addresses: every host:port in a variable, a command or a file is one of this system's, and reachable.
func addresses(s *system, service types.ServiceConfig) (found []string) {
	texts := slices.Clone(service.Command)
	values := environment(service)
	for _, value := range values {
		texts = append(texts, value)
	}
	if service.Name == "pgbouncer" {
		_, host, port := databaseOf(s.pgbouncer)
		texts = append(texts, host+":"+port)
	}
	if host, ok := values["DEBEZIUM_HOST"]; ok {
		texts = append(texts, host+":"+values["DEBEZIUM_PORT"])
	}
	for _, text := range texts {
		for _, match := range address.FindAllStringSubmatch(text, -1) {
			if problem := s.listens(service, match[1], match[2]); problem != "" {
				found = append(found, problem)
			}
		}
	}
	if check := service.HealthCheck; check != nil {
		for _, match := range ownAddress.FindAllStringSubmatch(strings.Join(check.Test, " "), -1) {
			if !slices.Contains(service.Expose, match[1]) && service.Name != "kafka-ui" {
				found = append(found, "its health check asks port "+match[1]+", which it does not expose")
			}
		}
	}
	return found
}

var ownAddress = regexp.MustCompile(`127\.0\.0\.1[: ](\d+)`)

var database = regexp.MustCompile(`(?m)^(\S+) = host=(\S+) port=(\d+)$`)

// databaseOf is where pgbouncer.ini sends its clients.
func databaseOf(settings string) (name, host, port string) {
	match := database.FindStringSubmatch(settings)
	if match == nil {
		return "", "", ""
	}
	return match[1], match[2], match[3]
}

// gateway: what kong.yml names is a service with that port, and the ports that it forwards are published.
func gateway(s *system) (found []string) {
	from := s.project.Services["kong"]
	say := func(problem string) {
		if problem != "" {
			found = append(found, problem)
		}
	}
	upstreams := map[string]bool{}
	for _, upstream := range s.kong.Upstreams {
		upstreams[upstream.Name] = true
		for _, target := range upstream.Targets {
			host, port, _ := strings.Cut(target.Target, ":")
			say(s.listens(from, host, port))
		}
	}
	stream := environment(from)["KONG_STREAM_LISTEN"]
	var forwarded []string
	for _, service := range s.kong.Services {
		if service.Protocol != "tcp" {
			if !upstreams[service.Host] {
				say(service.Name + ": there is no upstream " + service.Host)
			}
			delete(upstreams, service.Host)
			continue
		}
		say(s.listens(from, service.Host, fmt.Sprint(service.Port)))
		for _, route := range service.Routes {
			for _, destination := range route.Destinations {
				forwarded = append(forwarded, fmt.Sprint(destination.Port))
			}
		}
	}
	for name := range upstreams {
		say("upstream " + name + " belongs to no service")
	}
	if s.production {
		return found
	}
	for _, port := range forwarded {
		if !strings.Contains(stream+",", ":"+port+",") {
			say("KONG_STREAM_LISTEN lacks port " + port)
		}
		if !slices.ContainsFunc(from.Ports, func(published types.ServicePortConfig) bool {
			return published.Published == port && fmt.Sprint(published.Target) == port
		}) {
			say("port " + port + " is not published")
		}
	}
	return found
}
