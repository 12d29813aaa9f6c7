package testdb

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// sweep drops the databases of processes that are no more, and the templates,
// copies and originals that no process uses. Every live process holds an
// advisory lock that the server releases with its connection, so packages
// tested in parallel, on several machines even, leave each other alone.
func (s *server) sweep(ctx context.Context) error {
	for _, sweep := range []struct {
		prefix string
		class  int
		base   int
	}{
		{testPrefix, lockProcess, 10},
		{readyPrefix, lockTemplate, 16},
		{templatePrefix, lockTemplate, 16},
		{originalPrefix, lockOriginal, 16},
	} {
		names, err := s.names(ctx, sweep.prefix)
		if err != nil {
			return err
		}
		owned := make(map[int32][]string)
		for _, name := range names {
			owner, _, _ := strings.Cut(strings.TrimPrefix(name, sweep.prefix), "_")
			key, err := strconv.ParseUint(owner, sweep.base, 32)
			if err != nil {
				continue // Not a name of ours.
			}
			owned[int32(uint32(key))] = append(owned[int32(uint32(key))], name) // The same 32 bits.
		}
		for key, names := range owned {
			if err := s.dropOrphans(ctx, sweep.class, key, names); err != nil {
				return err
			}
		}
	}
	return nil
}

// dropOrphans drops the databases unless somebody holds the lock of their owner.
func (s *server) dropOrphans(ctx context.Context, class int, key int32, names []string) error {
	conn, err := s.admin.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	var orphans bool
	err = conn.QueryRowContext(ctx, "SELECT pg_try_advisory_lock($1, $2)", class, key).Scan(&orphans)
	if err != nil || !orphans {
		return err
	}
	for _, name := range names {
		// Another sweep may have dropped it since the names were listed.
		if dropErr := s.drop(ctx, name); pq.As(dropErr, pqerror.InvalidCatalogName) == nil {
			err = errors.Join(err, dropErr)
		}
	}
	_, unlocked := conn.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock($1, $2)", class, key)
	return errors.Join(err, unlocked)
}
