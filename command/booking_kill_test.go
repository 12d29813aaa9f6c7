package command_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/internal/pgserver"
	"github.com/guichet-logement/guichet/sandbox"
)

// `make booking` asks for more.
var (
	acts        = flag.Int("acts", 300, "how many bookings, moves and cancellations to try under kill -9")
	shots       = flag.Int("shots", 2, "how often the program or PostgreSQL is killed meanwhile")
	bookingSeed = flag.Uint64("seed", 0, "from what acts and moments are drawn; 0 for another one each time")
)

// bookers are who books, and for the applications that follow from which point.
var bookers = []struct{ persona, point string }{
	{"commune-grenoble-agent", "mairie-grenoble"},
	{"shared-desk-agent", "pole-habitat-social"},
	{"commune-echirolles-agent", "mairie-echirolles"},
}

const (
	bookingClients = 16
	// applicationsEach are those of one client: nobody else acts on them.
	applicationsEach = 4
	// bookedDays is over how many days clients book: few enough that they meet.
	bookedDays = 10
)

// meeting is an appointment as its client was told of it.
type meeting struct {
	application, motive, point, startsAt, state string
	version                                     int
}

// place is a slot that was free before anybody booked.
type place struct{ motive, point, startsAt string }

// doubt is an act whose answer did not come: of the appointment of that id, or the booking
// of a new one where it is empty. It may have happened, as a whole, or not.
type doubt struct {
	id   string
	then meeting
}

// front is a sandbox in which clients book while its program and its PostgreSQL are killed.
type front struct {
	t      *testing.T
	server *pgserver.Server
	db     *sql.DB
	dir    string
	places []place
	// address is where the program listens: another one each time.
	address atomic.Value
	p       *program
	tried   atomic.Int64
	// under is set when something is about to be killed, over once it is there again.
	under, over atomic.Bool

	mu       sync.Mutex
	outcomes map[string]int
}

// booker is a client, which does one thing after the other.
type booker struct {
	*front
	dice         *rand.Rand
	token        string
	applications []string
	// known is what it was told of each appointment, order their ids as they came.
	known  map[string]meeting
	order  []string
	doubts []doubt
}

// Clients book, move and cancel at random while the program and PostgreSQL are killed at
// random moments. After each kill no time was given twice, each appointment is whole, what
// a client was told of is there, and what nobody asked for is not.
func TestKilledWhileClientsBook(t *testing.T) {
	t.Parallel()
	seed := *bookingSeed
	if seed == 0 {
		seed = rand.Uint64()
	}
	t.Logf("seed %d", seed)
	start := time.Now()
	f := newFront(t)
	clients := f.clients(seed)
	dice := rand.New(rand.NewPCG(seed, bookingClients))
	dice.Shuffle(len(f.places), func(i, j int) { f.places[i], f.places[j] = f.places[j], f.places[i] })
	step := *acts / *shots
	for shot := range *shots {
		f.while(clients, func() { f.shoot(dice, int64(shot*step+dice.IntN(step))) })
		f.check(clients, shot+1)
		if t.Failed() {
			return
		}
	}
	f.while(clients, func() {})
	f.check(clients, *shots+1)
	t.Logf("%d acts, %d kills, %v: %v", *acts, *shots, time.Since(start).Round(time.Second), f.outcomes)
	for _, act := range []string{"book OK", "book SLOT_TAKEN", "move OK", "cancel OK"} {
		if f.outcomes[act] == 0 {
			t.Errorf("never: %s", act)
		}
	}
}

func newFront(t *testing.T) *front {
	t.Helper()
	f := &front{t: t, dir: newDataDir(t), outcomes: map[string]int{}}
	var err error
	// With fsync, as in production: without it PostgreSQL answers before it has written.
	f.server, err = pgserver.Start(t.Context(), pgserver.Options{Dir: filepath.Join(f.dir, "postgresql"), CreateDB: true, Fsync: true})
	must(t, err)
	t.Cleanup(func() {
		if err := f.server.Stop(context.Background()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	must(t, f.server.CreateDatabase(t.Context(), "booking"))
	f.db = fresh(t, f.server.DSN("booking"))
	f.begin()
	for _, motive := range []string{"RENEWAL", "FIRST_REGISTRATION", "PERSONALISED", "PRIORITY_QUALIFICATION"} {
		for day := range bookedDays {
			f.places = append(f.places, f.free(motive, time.Now().Truncate(time.Hour).AddDate(0, 0, 2+day))...)
		}
	}
	return f
}

// begin starts the program.
func (f *front) begin() {
	f.t.Helper()
	f.p = startSandbox(f.t, f.dir, "--database-url", f.server.DSN("booking"), "--sandbox-applications", "400", "--sandbox-desks=off", "--pool-size", "16")
	f.address.Store(f.p.url)
}

// free are slots within a day from then on.
func (f *front) free(motive string, from time.Time) (all []place) {
	f.t.Helper()
	data, err := answer(f.t.Context(), f.p.url, "", fmt.Sprintf(
		`{ slots(where: {motive: %q, from: %q, until: %q}, first: 100) { slots { receptionPointId startsAt } } }`,
		motive, from.Format(time.RFC3339), from.AddDate(0, 0, 1).Format(time.RFC3339)))
	must(f.t, err)
	page, _ := data["slots"].(map[string]any)
	slots, _ := page["slots"].([]any)
	for _, s := range slots {
		slot, _ := s.(map[string]any)
		all = append(all, place{motive, fmt.Sprint(slot["receptionPointId"]), fmt.Sprint(slot["startsAt"])})
	}
	return all
}

// clients have applications of their own, and know what is booked already.
func (f *front) clients(seed uint64) (all []*booker) {
	f.t.Helper()
	there := f.appointments()
	for i := range bookingClients {
		who := bookers[i%len(bookers)]
		c := &booker{front: f, dice: rand.New(rand.NewPCG(seed, uint64(i))), known: map[string]meeting{}}
		token, err := sandbox.Token(who.persona, time.Now(), time.Hour)
		must(f.t, err)
		c.token = token
		must(f.t, f.db.QueryRowContext(f.t.Context(), `SELECT array_agg(id) FROM (
			SELECT a.id FROM application a JOIN application_summary s ON s.application_id = a.id JOIN reception_point p ON p.id = s.following_point_id
			WHERE p.key = $1 AND a.state = 'ACTIVE' AND NOT EXISTS (SELECT FROM named_agent n WHERE n.application_id = a.id)
			ORDER BY a.id OFFSET $2 LIMIT $3) AS found`, who.point, i/len(bookers)*applicationsEach, applicationsEach).Scan(pq.Array(&c.applications)))
		if len(c.applications) < applicationsEach {
			f.t.Fatalf("%s follows too few applications", who.point)
		}
		for _, id := range slices.Sorted(maps.Keys(there)) {
			if m := there[id]; slices.Contains(c.applications, m.application) {
				c.learn(id, m)
				delete(there, id)
			}
		}
		all = append(all, c)
	}
	maps.Copy(all[0].known, there) // on which nobody acts
	return all
}

// while has the clients act until all is done, or something was killed and is there again.
func (f *front) while(clients []*booker, shoot func()) {
	f.under.Store(false)
	f.over.Store(false)
	var all sync.WaitGroup
	for _, c := range clients {
		all.Go(c.work)
	}
	shoot()
	all.Wait()
}

// shoot kills the program, PostgreSQL or both, once so many acts were tried, and waits
// until they are there again.
func (f *front) shoot(dice *rand.Rand, after int64) {
	f.t.Helper()
	defer f.over.Store(true)
	what, moment := dice.IntN(5), time.Duration(dice.IntN(40))*time.Millisecond
	eventually(f.t, func() error {
		if f.tried.Load() < after {
			return errors.New("too little was tried")
		}
		return nil
	})
	<-time.After(moment)
	f.under.Store(true)
	program, server := what != 1 && what != 2, what != 3 && what != 4
	old := f.server.PID()
	if server {
		must(f.t, syscall.Kill(old, syscall.SIGKILL))
	}
	if program {
		f.p.kill(f.t)
	}
	f.count(fmt.Sprintf("killed program %t, PostgreSQL %t", program, server))
	eventually(f.t, func() error {
		if server && f.server.PID() == old {
			return errors.New("PostgreSQL was not started again")
		}
		return f.db.PingContext(f.t.Context())
	})
	if program {
		f.begin()
	}
	eventually(f.t, func() error {
		_, err := answer(f.t.Context(), f.p.url, "", `{ communes(first: 1) { totalCount } }`)
		return err
	})
}

// work acts until all is done, or something was killed.
func (c *booker) work() {
	for !c.over.Load() {
		n := c.tried.Add(1)
		if n > int64(*acts) || !c.act(n) && c.under.Load() {
			return
		}
	}
}

// act draws an act and does it. It is false when no answer came. Half of what all clients
// try at a moment is for the same slot.
func (c *booker) act(n int64) bool {
	at := c.places[c.dice.IntN(len(c.places))]
	if c.dice.IntN(2) == 0 {
		at = c.places[int(n)/bookingClients%len(c.places)]
	}
	application := c.applications[c.dice.IntN(len(c.applications))]
	roll := c.dice.IntN(100)
	var id string
	if len(c.order) > 0 {
		id = c.order[c.dice.IntN(len(c.order))]
	}
	was := c.known[id]
	switch {
	case roll < 45 || id == "":
		return c.ask("book", "BookAppointmentInput!", doubt{"", meeting{application, at.motive, at.point, at.startsAt, "UPCOMING", 1}},
			map[string]any{"applicationId": application, "motive": at.motive, "receptionPointId": at.point, "startsAt": at.startsAt})
	case roll < 80:
		for at.motive != was.motive {
			at = c.places[c.dice.IntN(len(c.places))]
		}
		return c.ask("move", "MoveAppointmentInput!", doubt{id, meeting{was.application, was.motive, at.point, at.startsAt, "UPCOMING", was.version + 1}},
			map[string]any{"id": id, "version": was.version, "receptionPointId": at.point, "startsAt": at.startsAt})
	default:
		return c.ask("cancel", "CancelAppointmentInput!", doubt{id, meeting{was.application, was.motive, was.point, was.startsAt, "CANCELLED", was.version + 1}},
			map[string]any{"id": id, "version": was.version})
	}
}

// ask sends an act, and learns what is answered: that it was done, or that it was refused.
// Any other answer leaves it in doubt, as none does.
func (c *booker) ask(act, kind string, d doubt, input map[string]any) bool {
	if slices.ContainsFunc(c.doubts, func(o doubt) bool { return o.then.application == d.then.application }) {
		c.tried.Add(-1) // What is to be found there is not known before the next look.
		return true
	}
	id, refused, err := c.send(fmt.Sprintf(
		`mutation($input: %s) { done: %sAppointment(input: $input) { appointment { id startsAt } errors { code message } } }`, kind, act), input)
	switch {
	case err != nil:
		c.doubts = append(c.doubts, d)
		c.count(act + " in doubt")
		return false
	case refused != "":
		c.count(act + " " + refused)
		return true
	}
	if d.id != "" && d.id != id {
		c.t.Errorf("%s of %s is answered with %s", act, d.id, id)
	}
	c.learn(id, d.then)
	c.count(act + " OK")
	return true
}

// send sends a mutation.
func (c *booker) send(mutation string, input map[string]any) (id, refused string, err error) {
	body, err := json.Marshal(map[string]any{"query": mutation, "variables": map[string]any{"input": input}})
	if err != nil {
		return "", "", err
	}
	r, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.address.Load().(string), bytes.NewReader(body))
	if err != nil {
		return "", "", err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+c.token)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		return "", "", err
	}
	defer func() { _ = response.Body.Close() }()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		return "", "", err
	}
	var told struct {
		Data struct {
			Done struct {
				Appointment struct{ ID string }
				Errors      []struct{ Code string }
			}
		}
	}
	if err := json.Unmarshal(content, &told); err != nil {
		return "", "", err
	}
	switch done := told.Data.Done; {
	case len(done.Errors) > 0:
		return "", done.Errors[0].Code, nil
	case done.Appointment.ID != "":
		return done.Appointment.ID, "", nil
	}
	return "", "", fmt.Errorf("%s: %s", response.Status, content)
}

// learn is what is known of an appointment from now on.
func (c *booker) learn(id string, m meeting) {
	c.order = slices.DeleteFunc(c.order, func(o string) bool { return o == id })
	if c.known[id] = m; m.state == "UPCOMING" {
		c.order = append(c.order, id)
	}
}

func (f *front) count(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.outcomes[what]++
}

// appointments are those that are there.
func (f *front) appointments() map[string]meeting {
	f.t.Helper()
	all := map[string]meeting{}
	rows, err := f.db.QueryContext(f.t.Context(), `SELECT id, application_id, motive, reception_point_id,
		to_char(starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), state, version FROM appointment`)
	must(f.t, err)
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		var m meeting
		must(f.t, rows.Scan(&id, &m.application, &m.motive, &m.point, &m.startsAt, &m.state, &m.version))
		all[id] = m
	}
	must(f.t, rows.Err())
	return all
}

// neverBooked are what no moment may show, each with what it counts.
var neverBooked = map[string]string{
	"time of somebody given twice": `SELECT count(*) FROM appointment a JOIN appointment_staff s ON s.appointment_id = a.id
		JOIN appointment_staff o ON o.person_id = s.person_id AND o.appointment_id > a.id JOIN appointment b ON b.id = o.appointment_id
		WHERE a.state = 'UPCOMING' AND b.state = 'UPCOMING' AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at`,
	"rooms given twice": `SELECT count(*) FROM appointment a JOIN appointment b ON b.room_id = a.room_id AND b.id > a.id
		WHERE a.state = 'UPCOMING' AND b.state = 'UPCOMING' AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at`,
	"applications that are to be at two places": `SELECT count(*) FROM appointment a JOIN appointment b ON b.application_id = a.application_id AND b.id > a.id
		WHERE a.state = 'UPCOMING' AND b.state = 'UPCOMING' AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at`,
	"booked time of no appointment": `SELECT count(*) FROM booked_time t JOIN appointment a ON a.id = t.appointment_id
		WHERE a.state <> 'UPCOMING' OR (a.starts_at, a.ends_at, a.reception_point_id) IS DISTINCT FROM (t.starts_at, t.ends_at, t.reception_point_id)`,
	"appointments without their time": `SELECT count(*) FROM appointment a WHERE a.state = 'UPCOMING' AND
		(ARRAY(SELECT coalesce(t.person_id, t.room_id) FROM booked_time t WHERE t.appointment_id = a.id ORDER BY 1)) IS DISTINCT FROM
		(ARRAY(SELECT s.person_id FROM appointment_staff s WHERE s.appointment_id = a.id UNION ALL SELECT a.room_id WHERE a.room_id IS NOT NULL ORDER BY 1))`,
	"appointments with too few or too many": `SELECT count(*) FROM appointment a WHERE a.state = 'UPCOMING' AND
		(SELECT count(*) FROM appointment_staff s WHERE s.appointment_id = a.id) <> CASE a.motive WHEN 'PRIORITY_QUALIFICATION' THEN 2 ELSE 1 END`,
}

// check looks at all there is once nobody is at work, and settles what is in doubt.
func (f *front) check(clients []*booker, shot int) {
	f.t.Helper()
	eventually(f.t, func() error { // What a killed program had begun ends when PostgreSQL notices.
		var busy int
		err := f.db.QueryRowContext(f.t.Context(), `SELECT count(*) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' AND backend_type = 'client backend'`).Scan(&busy)
		if err == nil && busy > 0 {
			err = errors.New("somebody is still at work")
		}
		return err
	})
	for what, query := range neverBooked {
		if n := number(f.t, f.db, query); n > 0 {
			f.t.Errorf("after kill %d: %d %s", shot, n, what)
		}
	}
	there := f.appointments()
	for _, c := range clients {
		for _, id := range slices.Sorted(maps.Keys(c.known)) {
			told := c.known[id]
			is, found := there[id]
			delete(there, id)
			i := slices.IndexFunc(c.doubts, func(d doubt) bool { return d.id == id })
			if !found || is != told && (i < 0 || is != c.doubts[i].then) {
				f.t.Errorf("after kill %d: appointment %s was told to be %+v, is %+v", shot, id, told, is)
			}
			if i >= 0 {
				f.count(fmt.Sprintf("in doubt, happened %t", is != told))
				c.learn(id, is)
			}
		}
		for _, d := range c.doubts {
			if d.id != "" {
				continue
			}
			happened := false
			for id, is := range there {
				if happened = is == d.then; happened {
					delete(there, id)
					c.learn(id, is)
					break
				}
			}
			f.count(fmt.Sprintf("in doubt, happened %t", happened))
		}
		c.doubts = nil
	}
	for id, is := range there {
		f.t.Errorf("after kill %d: nobody asked for appointment %s %+v", shot, id, is)
	}
}
