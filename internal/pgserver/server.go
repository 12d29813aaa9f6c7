package pgserver

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"sync"
	"syscall"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// ErrInUse says that another program uses the server.
var ErrInUse = errors.New("another program uses this PostgreSQL cluster")

// Options say which cluster to run and how.
type Options struct {
	// Dir is the cluster's directory: missing, empty, or one made by Start.
	Dir string
	// Fsync makes committed data survive a power cut. Without it the server is
	// several times faster at writing and good for tests only.
	Fsync bool
	// CreateDB lets the application's role create databases, as tests do.
	CreateDB bool
	// Settings are PostgreSQL settings by name; they win over the built-in ones.
	Settings map[string]string
	// Log receives starts, adoptions and restarts; nil drops them.
	Log *slog.Logger
}

// Server is a running private cluster. While the program runs, a background
// goroutine starts PostgreSQL again whenever it dies; [Server.Stop] ends both.
type Server struct {
	cluster *cluster
	users   fileLock // shared: says that this program uses the cluster
	cancel  context.CancelFunc
	done    chan struct{} // closed when the supervisor has ended

	mu      sync.Mutex
	process process

	once    sync.Once
	stopped error // of the first call of Stop
}

// Start runs the cluster of o.Dir, made at first use, or adopts the server that
// an earlier program left running there. Programs that start the same directory
// at once take turns. The context bounds the start only.
//
// Errors: [ErrNotFound] without server binaries, [ErrForeign] for a directory
// that is not ours.
func Start(ctx context.Context, o Options) (*Server, error) {
	s, err := start(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("start private PostgreSQL: %w", err)
	}
	return s, nil
}

func start(ctx context.Context, o Options) (*Server, error) {
	dir, err := openDirectory(o.Dir, true)
	if err != nil {
		return nil, err
	}
	lock, err := dir.lock(ctx)
	if err != nil {
		return nil, err
	}
	defer lock.release()
	if err := dir.claim(); err != nil {
		return nil, err
	}
	c, err := prepare(ctx, dir, o)
	if err != nil {
		return nil, err
	}
	users, err := openLock(dir.join(usersName))
	if err != nil {
		return nil, err
	}
	// Only a program that holds the start lock asks for the whole of it.
	if err := users.try(syscall.LOCK_SH); err != nil {
		users.release()
		return nil, err
	}
	p, err := c.ensure(ctx)
	if err == nil {
		err = c.setRole(ctx)
	}
	if err != nil {
		users.release()
		return nil, err
	}
	supervision, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s := &Server{cluster: c, users: users, cancel: cancel, done: make(chan struct{}), process: p}
	go s.supervise(supervision)
	return s, nil
}

// prepare finds the binaries and makes what the directory lacks.
func prepare(ctx context.Context, dir directory, o Options) (*cluster, error) {
	major, err := dir.version()
	if err != nil {
		return nil, err
	}
	c := &cluster{directory: dir, options: o, log: o.Log}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.bin, err = find(ctx, major); err != nil {
		return nil, err
	}
	if err := dir.account.reach(dir.path); err != nil {
		return nil, err
	}
	if c.password, err = dir.password(passwordFile); err != nil {
		return nil, err
	}
	if c.adminPassword, err = dir.password(adminPasswordFile); err != nil {
		return nil, err
	}
	return c, c.initialise(ctx)
}

// DSN returns the connection URL of a database for the application's role, with
// the search_path "public, ext". It holds a password: it is not to be logged.
func (s *Server) DSN(database string) string {
	return s.cluster.dsn(appRole, s.cluster.password, database)
}

// CreateDatabase makes a database owned by the application's role, unless there
// is one of this name.
func (s *Server) CreateDatabase(ctx context.Context, name string) error {
	db, err := s.cluster.admin()
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	var found bool
	err = db.QueryRowContext(ctx, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name).Scan(&found)
	if err == nil && !found {
		_, err = db.ExecContext(ctx, "CREATE DATABASE "+pq.QuoteIdentifier(name)+" OWNER "+appRole)
	}
	if err != nil && pq.As(err, pqerror.DuplicateDatabase) == nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// PID returns the process id of the server at this moment.
func (s *Server) PID() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process.pid
}

// Wait returns when the server is no longer looked after: after [Server.Stop],
// or when its directory was removed.
func (s *Server) Wait() { <-s.done }

// Stop ends the supervision and shuts the server down, gently first. A server
// that another program uses stays up. It takes at most 30 s, even when the
// context has ended: programs stop because it has. A second call returns as the
// first did.
func (s *Server) Stop(ctx context.Context) error {
	s.once.Do(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		if err := s.shutDown(ctx); err != nil {
			s.stopped = fmt.Errorf("stop private PostgreSQL: %w", err)
		}
	})
	return s.stopped
}

func (s *Server) shutDown(ctx context.Context) error {
	s.cancel()
	<-s.done
	defer s.users.release()
	lock, err := s.cluster.lock(ctx)
	if errors.Is(err, fs.ErrNotExist) {
		return s.process.stop(ctx) // The directory was removed: nobody else can use it.
	}
	if err != nil {
		return err
	}
	defer lock.release()
	if err := s.users.try(syscall.LOCK_EX); errors.Is(err, errLocked) {
		return nil
	} else if err != nil {
		return err
	}
	return s.process.stop(ctx)
}

// Reset stops the server of a directory and removes the cluster with all its
// data. The directory itself stays, empty but for its lock files. A missing or
// empty directory is no error; one with other files is refused with
// [ErrForeign], one in use with [ErrInUse].
func Reset(ctx context.Context, path string) error {
	if err := reset(ctx, path); err != nil {
		return fmt.Errorf("remove private PostgreSQL: %w", err)
	}
	return nil
}

func reset(ctx context.Context, path string) error {
	dir, err := openDirectory(path, false)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := dir.marked(); errors.Is(err, ErrForeign) {
		return nil // Empty, or it would have been refused above.
	} else if err != nil {
		return err
	}
	lock, err := dir.lock(ctx)
	if err != nil {
		return err
	}
	defer lock.release()
	users, err := openLock(dir.join(usersName))
	if err != nil {
		return err
	}
	defer users.release()
	if err := users.try(syscall.LOCK_EX); errors.Is(err, errLocked) {
		return ErrInUse
	} else if err != nil {
		return err
	}
	pid, err := dir.postmasterPID()
	if err != nil {
		return err
	}
	if err := (process{pid: pid, data: dir.data()}).stop(ctx); err != nil {
		return err
	}
	// The marker goes last: a removal cut short can be repeated.
	for _, path := range []string{
		dir.socket(), dir.data(), dir.join("data" + partialSuffix), dir.join("initdb-password"),
		dir.join(passwordFile), dir.join(adminPasswordFile),
		dir.join(logFile), dir.join(logFile + ".1"), dir.join(markerFile),
	} {
		if err := removeAll(ctx, path); err != nil {
			return err
		}
	}
	return nil
}

// orphansWrite is longer than the children of a server that was killed take to see it: until
// then they may make a file in a directory that is being emptied.
const orphansWrite = 10 * time.Second

// removeAll removes a directory also while orphans still write to it.
func removeAll(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, orphansWrite)
	defer cancel()
	for {
		err := os.RemoveAll(path)
		if !errors.Is(err, syscall.ENOTEMPTY) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(20 * time.Millisecond):
		}
	}
}
