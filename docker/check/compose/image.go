package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

var copied = regexp.MustCompile(`(?m)^COPY ([^-].*) \S+$`)

// image: what the Dockerfile copies from the repository is there, and .dockerignore, which names all that a build may
// see, lets it through; and nothing else.
func image(s *system) (found []string) {
	lines := strings.Split(s.ignored, "\n")
	if !slices.Contains(lines, "*") {
		found = append(found, ".dockerignore does not begin with nothing")
	}
	seen := map[string]bool{}
	for _, match := range copied.FindAllStringSubmatch(s.dockerfile, -1) {
		for _, source := range strings.Fields(match[1]) {
			source = strings.TrimPrefix(source, "./")
			if _, err := os.Stat(filepath.Join(s.root, source)); err != nil {
				found = append(found, "the Dockerfile copies "+source+", which is not there")
			}
			through := slices.IndexFunc(lines, func(line string) bool {
				return line == "!"+source || line != "" && strings.HasPrefix("!"+source, line+"/")
			})
			if through < 0 {
				found = append(found, ".dockerignore hides "+source)
				continue
			}
			seen[lines[through][1:]] = true
		}
	}
	for _, line := range lines {
		if name, allowed := strings.CutPrefix(line, "!"); allowed && !seen[name] {
			found = append(found, fmt.Sprintf(".dockerignore lets %s through, which nothing copies", name))
		}
	}
	return found
}
