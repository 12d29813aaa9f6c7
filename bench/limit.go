package main

import (
	"context"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
)

// limit answers each documented operation by SQL that was written and prepared for
// it alone: what somebody would write who needed this one answer. It applies the
// scopes of package policy, and repeats no check of the input: it is a yardstick.
type limit struct {
	db    *sql.DB
	clock func() time.Time

	catalogueEntries, communeByCode, pointsOfCommune, communePage, communeCount,
	pointPage, pointCount, operators, hours, openPage, nearest,
	organisationPage, organisationCount, pointsOfOrganisations,
	person, assignments,
	communeNode, organisationNode, pointNode, pointHours, hoursNode, agreementNode, entryNode,
	communeNodes, organisationNodes, pointNodes,
	buildingPage, buildingCount, ownerships, dwellingPage,
	stockTable, stockFacets, clusters, vintageInForce, vintagePage, changePage,
	managed, staffPage, staffAssignments, staffAuthorisations,
	caller, applicationPage, wishesOf, applicantPage, applicationByNumber, householdOf, applicationTable,
	lifeByNumber, deadlinesOf, historyOf, changesOf, queue, piecesByNumber, piecesOf, situationOf,
	deskPage, deskMembers, deskPieces, deskAppointments,
	slotPage, slotPoints, booking *sql.Stmt
}

// newLimit prepares every statement on the database.
func newLimit(ctx context.Context, db *sql.DB, clock func() time.Time) (*limit, error) {
	l := &limit{db: db, clock: clock}
	for _, s := range slices.Concat(l.statements(), l.staffStatements(), l.applicationStatements(), l.lifeStatements(), l.pieceStatements(), l.deskStatements(), l.slotStatements(), l.bookingStatements()) {
		var err error
		if *s.into, err = db.PrepareContext(ctx, s.text); err != nil { //nolint:sqlclosecheck // kept as long as the process serves
			return nil, fmt.Errorf("prepare %s: %w", s.text, err)
		}
	}
	return l, nil
}

// statement is a text and where its prepared form is kept.
type statement struct {
	into **sql.Stmt
	text string
}

// handler answers POST /<operation> with the operation's variables as its body.
func (l *limit) handler(v *auth.Verifier) http.Handler {
	mux := http.NewServeMux()
	for name, answer := range map[string]func(context.Context, []byte) ([]byte, error){
		"ServiceCatalogue":       l.serviceCatalogue,
		"Communes":               l.communes,
		"CommuneWithPoints":      l.communeWithPoints,
		"ReceptionPoints":        l.receptionPoints,
		"OpenNow":                l.openNow,
		"NearestReceptionPoints": l.nearestReceptionPoints,
		"Organisations":          l.organisations,
		"Node":                   l.node,
		"Nodes":                  l.nodes,
		"Buildings":              l.buildings,
		"Dwellings":              l.dwellings,
		"StockStatistics":        l.stockStatistics,
		"StockFacets":            l.stockFacetsAnswer,
		"StockMap":               l.stockMap,
		"StockVintages":          l.stockVintages,
		"Slots":                  l.slots,
	} {
		mux.Handle("POST /"+name, respond(answer))
	}
	for name, answer := range map[string]func(context.Context, []byte) ([]byte, error){
		"Applications":          l.applications,
		"DeskList":              l.deskList,
		"FindApplicant":         l.findApplicant,
		"ApplicationFile":       l.applicationFile,
		"ApplicationStatistics": l.applicationStatistics,
		"ApplicationLife":       l.applicationLife,
		"ApplicationPieces":     l.applicationPieces,
		"OnlineRegistrations":   l.onlineRegistrations,
		"BookAppointment":       l.bookAppointment,
	} {
		mux.Handle("POST /"+name, auth.Middleware(v, l.recogniseStaff, l.clock, nil)(respond(answer)))
	}
	mux.Handle("POST /Staff", auth.Middleware(v, l.recognise, l.clock, nil)(respond(l.staff)))
	mux.Handle("POST /Viewer", auth.Middleware(v, l.recognise, l.clock, nil)(respond(l.viewer)))
	return mux
}

// respond reads variables and writes the data that was made of them.
func respond(answer func(context.Context, []byte) ([]byte, error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
		if err == nil {
			body, err = answer(r.Context(), body)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		body = append(append([]byte(`{"data":`), body...), '}')
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // a caller that went away is all that can fail here
	})
}

// day is the one whose state is read: the documented operations ask for today.
func (l *limit) day() string { return domain.DateOf(l.clock()).String() }

// queryEach runs a statement and reads each of its rows.
func queryEach(ctx context.Context, s *sql.Stmt, read func(scan func(...any) error) error, args ...any) error {
	rows, err := s.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := read(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// position is where a page begins: after the row of this name and identifier.
type position struct{ name, id string }

// cursor hides a position from the client.
func (p position) cursor() string {
	return base64.RawStdEncoding.EncodeToString([]byte(p.id + p.name))
}

// idLength is that of every identifier.
const idLength = 30

// readCursor reads what cursor wrote; without a cursor a page begins before all
// rows.
func readCursor(c *string) (position, error) {
	if c == nil {
		return position{}, nil
	}
	raw, err := base64.RawStdEncoding.DecodeString(*c)
	if err != nil || len(raw) < idLength {
		return position{}, errors.New("not a cursor of ours")
	}
	return position{name: string(raw[idLength:]), id: string(raw[:idLength])}, nil
}

// pageInfo says whether a page has a next one, and where it ends.
type pageInfo struct {
	HasNextPage bool    `json:"hasNextPage"`
	EndCursor   *string `json:"endCursor"`
}

// cut shortens rows, of which one more than asked was read, to the page.
func cut[T any](rows []T, first int, at func(T) position) ([]T, pageInfo) {
	var info pageInfo
	if len(rows) > first {
		rows, info.HasNextPage = rows[:first], true
	}
	if len(rows) > 0 {
		end := at(rows[len(rows)-1]).cursor()
		info.EndCursor = &end
	}
	return rows, info
}

// edge is an item of a page.
type edge[T any] struct {
	Node T `json:"node"`
}

// connection is a page whose length nobody asked for.
type connection[T any] struct {
	Edges    []edge[T] `json:"edges"`
	PageInfo pageInfo  `json:"pageInfo"`
}

func newConnection[T any](nodes []T, info pageInfo) connection[T] {
	c := connection[T]{Edges: make([]edge[T], len(nodes)), PageInfo: info}
	for i, n := range nodes {
		c.Edges[i].Node = n
	}
	return c
}

// data writes the one root field of an answer.
func data(field string, value any) ([]byte, error) {
	return json.Marshal(map[string]any{field: value})
}
