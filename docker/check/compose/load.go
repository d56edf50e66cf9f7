package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/loader"
	"github.com/compose-spec/compose-go/v2/types"
)

// edit changes the text of a file before it is read; the tests break files with it.
type edit func(name, text string) string

// load reads the compose files as `docker compose -f … -f …` does, without a .env file and the caller's environment.
func load(root string, change edit, names ...string) (*types.Project, error) {
	files := make([]types.ConfigFile, 0, len(names))
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		changed := []byte(change(name, string(text)))
		files = append(files, types.ConfigFile{Filename: filepath.Join(root, name), Content: changed})
	}
	details := types.ConfigDetails{
		WorkingDir: root, ConfigFiles: files, Environment: types.Mapping{},
	}
	return loader.LoadWithContext(context.Background(), details, func(options *loader.Options) {
		options.SetProjectName("docs", false)
		// What docmgr has on demand is checked as well.
		options.Profiles = []string{"reindex"}
	})
}

func unchanged(_, text string) string { return text }
