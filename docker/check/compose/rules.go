package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"
)

type rule struct {
	name  string
	check func(*system) []string
}

var rules = []rule{
	{"dependencies", each(dependencies)},
	{"images", each(images)},
	{"builders", builders},
	{"names", each(names)},
	{"ports", each(ports)},
	{"limits", each(limits)},
	{"restarts", each(restarts)},
	{"mounts", each(mounts)},
	{"memory", each(memory)},
	{"unused", unused},
	{"addresses", each(addresses)},
	{"gateway", gateway},
	{"variables", each(variables)},
	{"privileges", each(privileges)},
	{"stopping", each(stopping)},
	{"secrets", each(secrets)},
	{"production", production},
	{"image", image},
}

// each makes a rule of what is said of one service.
func each(check func(*system, types.ServiceConfig) []string) func(*system) []string {
	return func(s *system) []string {
		var found []string
		for _, service := range s.services() {
			for _, problem := range check(s, service) {
				found = append(found, service.Name+": "+strings.TrimPrefix(problem, service.Name+": "))
			}
		}
		return found
	}
}

// dependencies wait for what the other does: a server to be healthy, which needs a check, a one-shot to have ended.
func dependencies(s *system, service types.ServiceConfig) (found []string) {
	for name, dependency := range service.DependsOn {
		target, ok := s.project.Services[name]
		switch {
		case !ok:
			found = append(found, "depends on "+name+", which is no service")
		case isOnce(target) && dependency.Condition != types.ServiceConditionCompletedSuccessfully:
			found = append(found, fmt.Sprintf("%s ends: its condition is not %s", name, dependency.Condition))
		case !isOnce(target) && dependency.Condition != types.ServiceConditionHealthy:
			found = append(found, fmt.Sprintf("%s runs on: its condition is not %s", name, dependency.Condition))
		case !isOnce(target) && !hasHealthcheck(target):
			found = append(found, "waits for the health of "+name+", which has no check")
		}
	}
	if !isOnce(service) && !hasHealthcheck(service) {
		found = append(found, "has no health check")
	}
	return found
}

// exactVersion is a version that does not move: three numbers, or the time of a release.
var exactVersion = regexp.MustCompile(`^v?\d+\.\d+\.\d+([.-][\w.-]+)?$|^RELEASE\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ$`)

// twoNumbers are the versions of PostgreSQL since 10.
var twoNumbers = regexp.MustCompile(`^postgres:\d+\.\d+(-[a-z]+)?$`)

// withdrawn are repositories that can no longer be pulled from.
var withdrawn = regexp.MustCompile(`^(docker\.io/)?(minio|bitnami)/`)

func images(_ *system, service types.ServiceConfig) []string {
	if withdrawn.MatchString(service.Image) {
		return []string{fmt.Sprintf("image %q is no longer published there", service.Image)}
	}
	_, tag, tagged := strings.Cut(service.Image[strings.LastIndex(service.Image, "/")+1:], ":")
	if tagged && (exactVersion.MatchString(tag) || twoNumbers.MatchString(service.Image)) {
		return nil
	}
	return []string{fmt.Sprintf("image %q has no exact version", service.Image)}
}

// builders: an image is built by one service; the others that run it must not look for it in a registry.
func builders(s *system) (found []string) {
	builder := map[string]string{}
	for _, service := range s.services() {
		if service.Build == nil {
			continue
		}
		if other, ok := builder[service.Image]; ok {
			found = append(found, fmt.Sprintf("%s and %s both build %s", other, service.Name, service.Image))
		}
		builder[service.Image] = service.Name
	}
	for _, service := range s.services() {
		if isDocmgr(service) && builder[service.Image] == "" {
			found = append(found, fmt.Sprintf("%s: nothing builds %s", service.Name, service.Image))
		}
		if isDocmgr(service) && service.Build == nil && service.PullPolicy != types.PullPolicyNever {
			found = append(found, service.Name+": could pull an image that is only built: pull_policy is not never")
		}
	}
	return found
}

// names: servers have fixed ones, roles are numbered, which a fixed name would forbid.
func names(s *system, service types.ServiceConfig) []string {
	switch {
	case isRole(service) && service.ContainerName != "":
		return []string{"container_name forbids to scale it"}
	case isRole(service) && service.Hostname != "":
		return []string{"its instances would have the same hostname"}
	case !isRole(service) && service.ContainerName != "docs-"+service.Name:
		return []string{fmt.Sprintf("container_name is %q, not docs-%s", service.ContainerName, service.Name)}
	case s.project.Name != "docs":
		return []string{"the project's name is the beginning of the roles' names, and not docs"}
	}
	return nil
}

// ports of the machine: on loopback; in production the gateway's alone; never those of what is scaled.
func ports(s *system, service types.ServiceConfig) (found []string) {
	for _, port := range service.Ports {
		switch {
		case isRole(service):
			found = append(found, "port "+port.Published+" of the machine is for one instance only")
		case s.production && service.Name == "kong" && slices.Contains([]string{"8000", "8443"}, port.Published):
		case s.production:
			found = append(found, "port "+port.Published+" is published in production")
		case port.HostIP != "127.0.0.1":
			found = append(found, "port "+port.Published+" is not published on 127.0.0.1")
		case len(service.Expose) > 0 && service.Name != "kafka" && !slices.Contains(service.Expose, fmt.Sprint(port.Target)):
			found = append(found, fmt.Sprintf("publishes port %d and exposes %v", port.Target, service.Expose))
		}
	}
	return found
}

func limits(_ *system, service types.ServiceConfig) (found []string) {
	if service.Deploy == nil || service.Deploy.Resources.Limits == nil {
		return []string{"has no limits"}
	}
	limit := service.Deploy.Resources.Limits
	if limit.NanoCPUs <= 0 {
		found = append(found, "has no limit of CPUs")
	}
	if limit.MemoryBytes <= 0 {
		found = append(found, "has no limit of memory")
	}
	if limit.Pids <= 0 {
		found = append(found, "has no limit of processes")
	}
	if service.Logging == nil || service.Logging.Options["max-size"] == "" || service.Logging.Options["max-file"] == "" {
		found = append(found, "has no limit of logs")
	}
	return found
}

func restarts(_ *system, service types.ServiceConfig) []string {
	if service.Name == "reindex" && len(service.Profiles) == 0 {
		return []string{"is started with the others"}
	}
	if isOnce(service) || service.Restart == "unless-stopped" {
		return nil
	}
	return []string{fmt.Sprintf("restart is %q", service.Restart)}
}

// mounts: folders and files of the repository are there and cannot be written, data is in named volumes.
func mounts(s *system, service types.ServiceConfig) (found []string) {
	for _, mount := range service.Volumes {
		switch mount.Type {
		case types.VolumeTypeBind:
			if _, err := os.Stat(mount.Source); err != nil {
				found = append(found, "mounts "+mount.Source+", which is not there")
			}
			if !mount.ReadOnly {
				found = append(found, "could write to "+mount.Source)
			}
		case types.VolumeTypeVolume:
			if _, ok := s.project.Volumes[mount.Source]; !ok {
				found = append(found, "mounts the volume "+mount.Source+", which is not declared")
			}
		}
	}
	return found
}

// memory: a tmpfs outside /tmp has a mode and a size. Without a mode runc copies that of the mount point, which is 1777
// at the first start and 0755 of root after a restart (moby/moby#20437).
func memory(_ *system, service types.ServiceConfig) (found []string) {
	for _, mount := range service.Tmpfs {
		path, options, _ := strings.Cut(mount, ":")
		for _, option := range []string{"mode=", "size="} {
			if path != "/tmp" && !strings.Contains(","+options, ","+option) {
				found = append(found, "tmpfs "+path+" has no "+strings.TrimSuffix(option, "="))
			}
		}
	}
	return found
}

// unused: what is declared is used.
func unused(s *system) (found []string) {
	volumes, networks, secrets := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, service := range s.project.AllServices() {
		for _, mount := range service.Volumes {
			volumes[mount.Source] = true
		}
		for name := range service.Networks {
			networks[name] = true
		}
		for _, secret := range service.Secrets {
			secrets[secret.Source] = true
		}
	}
	for name := range s.project.Volumes {
		if !volumes[name] {
			found = append(found, "volume "+name)
		}
	}
	for name := range s.project.Networks {
		if !networks[name] {
			found = append(found, "network "+name)
		}
	}
	for name := range s.project.Secrets {
		if !secrets[name] {
			found = append(found, "secret "+name)
		}
	}
	return found
}

// privileges: what runs docmgr can write to memory only and has no right that it does not need.
func privileges(_ *system, service types.ServiceConfig) (found []string) {
	if !slices.Contains(service.SecurityOpt, "no-new-privileges:true") {
		found = append(found, "may gain privileges")
	}
	if service.Privileged || len(service.CapAdd) > 0 || service.NetworkMode == "host" || service.Pid == "host" {
		found = append(found, "has rights of the machine")
	}
	if !isDocmgr(service) {
		return found
	}
	if !service.ReadOnly {
		found = append(found, "its root file system can be written")
	}
	if !slices.Equal(service.CapDrop, []string{"ALL"}) {
		found = append(found, "keeps capabilities")
	}
	if service.User != "" || len(service.Volumes) > 0 {
		found = append(found, "is not the image as it is: it has a user or a volume of its own")
	}
	return found
}

// stopping: an instance is not killed while it drains and closes, each of which has its limit.
func stopping(_ *system, service types.ServiceConfig) []string {
	if !isRole(service) {
		return nil
	}
	drain, err := time.ParseDuration(environment(service)["DOCMGR_SHUTDOWN_DRAIN"] + "ms")
	if err != nil || drain < 3*time.Second {
		return []string{"the gateway needs 3 s to see that it is stopping: DOCMGR_SHUTDOWN_DRAIN"}
	}
	const part = 10 * time.Second // the default of shutdown.limit
	if service.StopGracePeriod == nil || time.Duration(*service.StopGracePeriod) < drain+3*part {
		return []string{"stop_grace_period is less than it may take to stop"}
	}
	return nil
}
