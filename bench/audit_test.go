package main

import (
	"bytes"
	"encoding/base64"
	"errors"
	"log/slog"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/command"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/internal/testapi"
	"github.com/guichet-logement/guichet/sandbox"
	"github.com/guichet-logement/guichet/server"
	"github.com/guichet-logement/guichet/service"
)

// BenchmarkAudit compares reads that are put on record before they are shown with the
// same that are not, in turn, over 16 connections each: "ratio" is the rate with the
// record over the rate without.
func BenchmarkAudit(b *testing.B) {
	api := testapi.NewWithApplications(b, 2000)
	api.DB.SetMaxOpenConns(poolSize)
	api.DB.SetMaxIdleConns(poolSize)
	if _, err := api.DB.ExecContext(b.Context(), "VACUUM ANALYZE"); err != nil {
		b.Fatal(err)
	}
	recorded, unrecorded := serveReads(b, api, true), serveReads(b, api, false)
	for _, o := range []operation{
		{name: "smallest", document: `query ($number: UniqueNumber!) { application(uniqueNumber: $number) { id } }`},
		{name: "file", document: `query ($number: UniqueNumber!) { application(uniqueNumber: $number) { id givenNames birthName
			summary { registeredOn householdSize } file { taxIncome housing } contact { address phone } wishes { rank commune { name } }
			household { link age particulars { givenNames birthName } } } }`},
		{name: "list of 50", document: `{ applications(first: 50) { edges { node { id uniqueNumber givenNames birthName state
			summary { registeredOn householdSize typologies followingPoint { name } } wishes { rank commune { name } } } } pageInfo { endCursor } } }`},
	} {
		b.Run(o.name, func(b *testing.B) {
			var ratios []float64
			for b.Loop() {
				with := rateOf(b, recorded, api, o)
				ratios = append(ratios, with/rateOf(b, unrecorded, api, o))
			}
			slices.Sort(ratios)
			b.ReportMetric(ratios[len(ratios)/2], "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// rateOf asks for as long as half a second, each time for another file.
func rateOf(b *testing.B, e *engine, api *testapi.API, o operation) float64 {
	b.Helper()
	var requests [][]byte
	rows, err := api.DB.QueryContext(b.Context(), "SELECT unique_number FROM application WHERE NOT protected ORDER BY id LIMIT 40")
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n string
		if err := rows.Scan(&n); err != nil {
			b.Fatal(err)
		}
		r, err := e.request(b.Context(), o, variables{persona: "metropole-social", values: map[string]any{"number": n}})
		if err != nil {
			b.Fatal(err)
		}
		requests = append(requests, r)
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	s, err := e.load(b.Context(), requests, 16, 500*time.Millisecond)
	if err != nil {
		b.Fatal(err)
	}
	return s.rate
}

// serveReads serves the database of the API once more, without what its tests count.
func serveReads(b *testing.B, api *testapi.API, record bool) *engine {
	b.Helper()
	s := httptest.NewUnstartedServer(nil)
	url := "http://" + s.Listener.Addr().String()
	log := slog.New(slog.DiscardHandler)
	keys, err := audit.ParseKeys(base64.StdEncoding.EncodeToString(bytes.Repeat([]byte("a"), audit.MinKey)))
	verifier, unverified := auth.NewVerifier(b.Context(), auth.Config{Issuers: sandbox.Issuers(), Clock: time.Now, Log: log})
	if err := errors.Join(err, unverified); err != nil {
		b.Fatal(err)
	}
	writer, err := audit.StartWriter(b.Context(), api.DSN(), audit.Options{Keys: keys, Clock: time.Now, Log: log, Wait: 10 * time.Second})
	if err != nil {
		b.Fatal(err)
	}
	client := ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, api.DB)))
	of := service.New(client, service.NewClock(func() time.Time { return testapi.Now }).TokensBy(time.Now), true).Uncounted()
	if !record {
		of.Unrecorded()
	}
	s.Config.Handler, err = command.Handler(command.Parts{
		Client: client, Service: of, Clock: of.Now, Verifier: verifier, CursorKeys: [][]byte{bytes.Repeat([]byte("k"), 32)},
		Log: log, Metrics: prometheus.NewRegistry(), Audit: writer, Trail: audit.NewReader(api.DB),
		Ready: api.DB.PingContext, Writers: true, Limits: server.DefaultLimits(),
	})
	if err != nil {
		b.Fatal(err)
	}
	s.Start()
	b.Cleanup(func() {
		s.Close()
		if err := writer.Stop(); err != nil {
			b.Error(err)
		}
	})
	return &engine{name: "api", url: url}
}
