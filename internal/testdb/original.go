package testdb

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash/fnv"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// original is a database that is copied.
type original struct {
	once sync.Once
	name string
	err  error
}

// original names the database on which these steps were done: the last one on a copy of that
// of those before it.
func (s *server) original(ctx context.Context, steps []Step) (string, error) {
	if len(steps) == 0 {
		return s.template(), nil
	}
	var names strings.Builder
	for _, step := range steps {
		names.WriteString("/" + step.Name)
	}
	known, _ := s.originals.LoadOrStore(names.String(), &original{})
	o := known.(*original) //nolint:forcetypeassert // nothing else is stored
	o.once.Do(func() {
		from, err := s.original(ctx, steps[:len(steps)-1])
		if err != nil {
			o.err = err
			return
		}
		o.name = originalPrefix + s.sources + "_" + digits(names.String())
		o.err = s.alone(ctx, lockBuild, hashKey(digits(o.name)), func() error {
			return s.prepare(ctx, from, o.name, steps[len(steps)-1])
		})
	})
	return o.name, o.err
}

// prepare makes an original unless there is one, in the way of a template.
func (s *server) prepare(ctx context.Context, from, name string, step Step) error {
	found, err := s.names(ctx, name)
	if err != nil || len(found) > 0 {
		return err
	}
	making := s.nextName()
	if err := s.copy(ctx, from, making); err != nil {
		return err
	}
	if err := step.Do(ctx, s.patient("/"+making)); err != nil {
		return errors.Join(fmt.Errorf("prepare %s: %w", step.Name, err), s.drop(context.WithoutCancel(ctx), making))
	}
	return s.keep(ctx, making, name)
}

// readable names the copy of an original that is read and not written. It is swept with it.
func (s *server) readable(ctx context.Context, steps []Step) (string, error) {
	from, err := s.original(ctx, steps)
	if err != nil {
		return "", err
	}
	known, _ := s.originals.LoadOrStore(from+readableSuffix, &original{name: from + readableSuffix})
	o := known.(*original) //nolint:forcetypeassert // nothing else is stored
	o.once.Do(func() {
		o.err = s.alone(ctx, lockBuild, hashKey(digits(o.name)), func() error {
			found, err := s.names(ctx, o.name)
			if err != nil || len(found) > 0 {
				return err
			}
			making := s.nextName()
			if err := s.copy(ctx, from, making); err != nil {
				return err
			}
			if err := s.exec(ctx, "ALTER DATABASE %s SET default_transaction_read_only = on", making); err != nil {
				return err
			}
			return s.exec(ctx, "ALTER DATABASE %s RENAME TO %s", making, o.name)
		})
	})
	return o.name, o.err
}

// keep makes a database one that is copied: nobody connects to it any more, for its copy
// would be refused meanwhile.
func (s *server) keep(ctx context.Context, made, name string) error {
	if err := s.exec(ctx, "ALTER DATABASE %s ALLOW_CONNECTIONS false", made); err != nil {
		return err
	}
	return s.exec(ctx, "ALTER DATABASE %s RENAME TO %s", made, name)
}

// digits are the [hashDigits] digits of a text's hash.
func digits(text string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(text))
	return fmt.Sprintf("%08x", h.Sum32())
}

// sourcesOf tells the files of the module that a folder is in from those of another state of
// it, by what is in them: a clone of the same state is the same. What tests write, and tests
// themselves, change nothing that is prepared.
func sourcesOf(dir string) (string, error) {
	root, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(root, "go.mod")); err == nil {
			break
		}
		if root = filepath.Dir(root); root == filepath.Dir(root) {
			return "", fmt.Errorf("no go.mod above %s", dir)
		}
	}
	files := sha256.New()
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case entry.IsDir() && path != root && (strings.HasPrefix(entry.Name(), ".") || entry.Name() == "node_modules" || entry.Name() == "testdata"):
			return filepath.SkipDir
		case !entry.Type().IsRegular() || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err == nil {
			_, err = fmt.Fprintln(files, strings.TrimPrefix(path, root), len(content), string(content))
		}
		return err
	})
	return digits(string(files.Sum(nil))), err
}
