package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/guichet-logement/guichet/sandbox"
)

// requestTimeout bounds one request.
const requestTimeout = 30 * time.Second

// request returns an operation with these variables as bytes to be written to a
// connection of the engine.
func (e *engine) request(ctx context.Context, o operation, v variables) ([]byte, error) {
	values := v.values
	if values == nil {
		values = map[string]any{}
	}
	path, sent := "/graphql", any(map[string]any{"query": o.document, "variables": values})
	switch {
	case e.byPath:
		path, sent = "/"+o.name, values
	case e.generic:
		if v.generic != nil {
			values = v.generic
		}
		sent = map[string]any{"query": o.generic, "variables": values}
	}
	body, err := json.Marshal(sent)
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "bench")
	if v.persona != "" {
		token, err := sandbox.Token(v.persona, time.Now(), time.Hour)
		if err != nil {
			return nil, err
		}
		r.Header.Set("Authorization", "Bearer "+token)
	}
	var written bytes.Buffer
	err = r.Write(&written)
	return written.Bytes(), err
}

// connectionTo is a connection kept open. It is used by one goroutine.
type connectionTo struct {
	net.Conn
	reader *bufio.Reader
	body   bytes.Buffer
}

func (e *engine) connect(ctx context.Context) (*connectionTo, error) {
	at, err := url.Parse(e.url)
	if err != nil {
		return nil, err
	}
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", at.Host)
	if err != nil {
		return nil, err
	}
	return &connectionTo{Conn: conn, reader: bufio.NewReaderSize(conn, 64<<10)}, nil
}

// exchange sends a request and returns the body of the answer, which is good until
// the next call.
func (c *connectionTo) exchange(request []byte) ([]byte, error) {
	if err := c.SetDeadline(time.Now().Add(requestTimeout)); err != nil {
		return nil, err
	}
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	response, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return nil, err
	}
	c.body.Reset()
	_, err = c.body.ReadFrom(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return nil, err
	}
	if response.StatusCode != http.StatusOK || !bytes.HasPrefix(c.body.Bytes(), []byte(`{"data":`)) {
		return nil, fmt.Errorf("answer %s: %s", response.Status, clip(c.body.Bytes()))
	}
	return c.body.Bytes(), nil
}

// ask sends one request over a connection of its own.
func (e *engine) ask(ctx context.Context, o operation, v variables) ([]byte, error) {
	request, err := e.request(ctx, o, v)
	if err != nil {
		return nil, err
	}
	c, err := e.connect(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = c.Close() }()
	body, err := c.exchange(request)
	return bytes.Clone(body), err
}

// stretch is what one stretch of load showed.
type stretch struct {
	// rate is in requests a second.
	rate float64
	// latencies are in rising order.
	latencies []time.Duration
}

// load sends the requests in turn over that many connections, each waiting for its
// answer before the next, for as long as d. Any error ends it.
func (e *engine) load(ctx context.Context, requests [][]byte, connections int, d time.Duration) (stretch, error) {
	each := make([][]time.Duration, connections)
	failed := make([]error, connections)
	open := make([]*connectionTo, connections)
	for i := range open {
		c, err := e.connect(ctx)
		if err != nil {
			return stretch{}, err
		}
		defer func() { _ = c.Close() }()
		open[i] = c
	}
	start := time.Now()
	var all sync.WaitGroup
	for i, c := range open {
		all.Go(func() {
			for n := i * 7; ctx.Err() == nil; n++ {
				sent := time.Now()
				if sent.Sub(start) >= d {
					return
				}
				if _, err := c.exchange(requests[n%len(requests)]); err != nil {
					failed[i] = err
					return
				}
				each[i] = append(each[i], time.Since(sent))
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	if err := errors.Join(append(failed, ctx.Err())...); err != nil {
		return stretch{}, fmt.Errorf("load on %s: %w", e.name, err)
	}
	latencies := slices.Concat(each...)
	slices.Sort(latencies)
	return stretch{rate: float64(len(latencies)) / took.Seconds(), latencies: latencies}, nil
}

// profile writes what the engine does for as long as d.
func (e *engine) profile(ctx context.Context, kind string, d time.Duration, w io.Writer) error {
	body, err := get(ctx, fmt.Sprintf("%s/debug/pprof/%s?seconds=%d", e.debug, kind, max(1, int(d.Seconds()))))
	if err != nil {
		return err
	}
	_, err = w.Write(body)
	return err
}
