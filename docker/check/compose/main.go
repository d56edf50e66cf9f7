// Command compose checks compose.yml, alone and with compose.production.yml, against itself and against the files that
// it names: what an engine would only find out while it starts them, or not at all.
//
//	compose ROOT VARIABLES      VARIABLES: a file with the names of docmgr's variables, one a line
//	compose ROOT --environments what each container of docmgr is started with, as JSON
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: compose ROOT VARIABLES|--environments")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "compose:", err)
		os.Exit(1)
	}
}

func run(root, what string) error {
	if what == "--environments" {
		return printEnvironments(root)
	}
	variables, err := os.ReadFile(what)
	if err != nil {
		return err
	}
	problems := 0
	for _, production := range []bool{false, true} {
		system, err := open(root, unchanged, production, strings.Fields(string(variables)))
		if err != nil {
			return err
		}
		for _, problem := range system.problems() {
			fmt.Fprintf(os.Stderr, "%s: %s\n", system.name, problem)
			problems++
		}
		fmt.Printf("%s: %d services, %d rules\n", system.name, len(system.project.Services), len(rules))
	}
	if problems > 0 {
		return fmt.Errorf("%d problems", problems)
	}
	return nil
}

// printEnvironments prints, for both ways to start, the command and the environment of each container of docmgr.
func printEnvironments(root string) error {
	type started struct {
		Command     []string          `json:"command"`
		Environment map[string]string `json:"environment"`
	}
	all := map[string]map[string]started{}
	for _, production := range []bool{false, true} {
		system, err := open(root, unchanged, production, nil)
		if err != nil {
			return err
		}
		services := map[string]started{}
		for _, service := range system.services() {
			if isDocmgr(service) {
				services[service.Name] = started{service.Command, environment(service)}
			}
		}
		all[system.name] = services
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(all)
}
