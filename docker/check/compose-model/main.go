// Command compose-model prints what Docker Compose makes of compose files, as `docker compose config --format json` does.
//
// It reads projects from standard input, `{"root": FOLDER, "projects": [[{"name": FILE, "text": YAML}, …], …]}`, each a list
// of files that are merged, and prints an array of `{"model": …}` or `{"error": "…"}`. No .env file and no variable of
// the caller is read.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

type request struct {
	Root     string
	Projects [][]struct{ Name, Text string }
}

type answer struct {
	Model *types.Project `json:"model,omitempty"`
	Error string         `json:"error,omitempty"`
}

func main() {
	var asked request
	if err := json.NewDecoder(os.Stdin).Decode(&asked); err != nil {
		fmt.Fprintln(os.Stderr, "compose-model:", err)
		os.Exit(2)
	}
	answers := make([]answer, 0, len(asked.Projects))
	for _, files := range asked.Projects {
		details := types.ConfigDetails{WorkingDir: asked.Root, Environment: types.Mapping{}}
		for _, file := range files {
			name := filepath.Join(asked.Root, file.Name)
			details.ConfigFiles = append(details.ConfigFiles, types.ConfigFile{Filename: name, Content: []byte(file.Text)})
		}
		project, err := loader.LoadWithContext(context.Background(), details, func(options *loader.Options) {
			options.SetProjectName("docs", false)
			// Checked too, although `up` does not start it.
			options.Profiles = []string{"reindex"}
		})
		if err != nil {
			answers = append(answers, answer{Error: err.Error()})
			continue
		}
		answers = append(answers, answer{Model: project})
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		fmt.Fprintln(os.Stderr, "compose-model:", err)
		os.Exit(1)
	}
}
