package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/lib/pq"

	"github.com/guichet-logement/guichet/audit"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/application"
	"github.com/guichet-logement/guichet/ent/applicationcontact"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/erasednumber"
	"github.com/guichet-logement/guichet/ent/registryevent"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/registryfile"
)

// RegistryImport is who is told of the records that somebody is to look at, as they come.
type RegistryImport struct {
	// Reject is told of what was put aside, with all there is to mend.
	Reject func(registryfile.Reject) error
	// List is told of what was not taken over, or not wholly.
	List func(RegistryItem) error
}

// RegistryItem is a record that is listed. Of an application that is protected there is
// no more than its place in the file.
type RegistryItem struct {
	Line, Ordinal int
	Listing       domain.RegistryListing
	Number        domain.UniqueNumber
	// Fields are those that stay as they are.
	Fields []string
	// Survivor is the number of the application into which this one was merged.
	Survivor domain.UniqueNumber
}

// String writes the item for a log or a terminal.
func (i RegistryItem) String() string {
	return spaced(fmt.Sprintf("line %d, record %d: %s", i.Line, i.Ordinal, i.Listing), string(i.Number), strings.Join(i.Fields, " "), string(i.Survivor))
}

// RegistryReport is what came of an extract. A record is created, changed, unchanged or
// put aside, or listed alone; Listed counts those as well that were taken over in part.
type RegistryReport struct {
	Type registryfile.FileType
	// Read are all records.
	Read, Created, Changed, Unchanged, Rejected int
	// Acknowledged and Refused are events of ours of which a return file tells.
	Acknowledged, Refused int
	// Elsewhere are wishes that were left out, being none of our communes.
	Elsewhere int
	Listed    map[domain.RegistryListing]int
	// Cut counts the social security numbers that were taken out.
	Cut int
	// Complete tells that the end of the file was there.
	Complete bool
}

// ImportRegistry takes over what an extract of the national registry states, record by
// record, each in one transaction that is on record: it may be cut short, and run as often
// as one likes. What is wrong in a record puts that record aside and no other.
func (s *Service) ImportRegistry(ctx context.Context, in io.Reader, tell RegistryImport) (RegistryReport, error) {
	if s.audit == nil {
		return RegistryReport{}, errNoAudit
	}
	file, err := registryfile.NewReader(in, registryfile.Options{})
	if err != nil {
		return RegistryReport{}, err
	}
	i := &registryImport{
		s: s, tell: tell, header: file.Header(), today: domain.DateOf(s.Now()), towns: map[domain.InseeCode]string{},
		report: RegistryReport{Type: file.Header().Type, Listed: map[domain.RegistryListing]int{}},
	}
	if i.on = domain.DateOf(i.header.Date); i.today.Before(i.on) {
		i.on = i.today
	}
	granted := policy.ImportRegistry(ctx)
	communes, err := s.ent.Commune.Query().All(granted)
	if err != nil {
		return i.report, err
	}
	for _, c := range communes {
		i.towns[c.InseeCode] = c.Name
	}
	err = i.read(granted, file)
	for _, n := range file.Cut() {
		i.report.Cut += n
	}
	i.report.Complete = file.Complete()
	return i.report, err
}

type registryImport struct {
	s      *Service
	tell   RegistryImport
	header registryfile.Header
	// on is the day on which the registry stated this.
	today, on domain.Date
	towns     map[domain.InseeCode]string
	report    RegistryReport
}

func (i *registryImport) read(granted context.Context, file *registryfile.Reader) error {
	for {
		if err := granted.Err(); err != nil {
			return err
		}
		record, reject, err := file.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case reject != nil:
			err = i.reject(granted, *reject)
		default:
			err = i.take(granted, record)
		}
		if err != nil {
			return err
		}
		i.report.Read++
	}
}

// reject tells of a record that is put aside, and names no application that is protected.
func (i *registryImport) reject(granted context.Context, r registryfile.Reject) error {
	i.report.Rejected++
	protected, err := i.s.ent.Application.Query().Where(application.UniqueNumber(r.Number), application.Protected(true)).Exist(granted)
	if err != nil {
		return err
	}
	if protected {
		r.Number = ""
	}
	return i.tell.Reject(r)
}

// take takes one record over. Of two imports that make the same application at once the
// second finds it made.
func (i *registryImport) take(granted context.Context, r *registryfile.Record) error {
	var t *taking
	var err error
	for range attempts {
		err = i.s.inTx(granted, func(tx *ent.Tx) error {
			t = &taking{registryImport: i, tx: tx, view: r.View()}
			return t.record(granted, r)
		})
		if !numberTaken(err) {
			break
		}
	}
	var refused domain.Refusals
	if errors.As(err, &refused) {
		return i.reject(granted, registryReject(r, t.view.Number, refused))
	}
	if err != nil {
		return fmt.Errorf("import from the registry, line %d: %w", r.Line, err)
	}
	return i.count(t, r)
}

func numberTaken(err error) bool {
	var broken *pq.Error
	return errors.As(err, &broken) && broken.Constraint == "application_unique_number_key"
}

// registryReject is a record that the rules of a form refuse: its fields are theirs.
func registryReject(r *registryfile.Record, number domain.UniqueNumber, refused domain.Refusals) registryfile.Reject {
	reject := registryfile.Reject{Line: r.Line, Ordinal: r.Ordinal, Number: number}
	for _, why := range refused[:min(len(refused), registryfile.MaxFaults)] {
		reject.Faults = append(reject.Faults, registryfile.Fault{
			Code: registryfile.BadValue, Field: why.Field, Line: r.Line, Message: why.Message, Help: why.Help,
		})
	}
	return reject
}

// count counts what came of a record, once it is done, and tells of it.
func (i *registryImport) count(t *taking, r *registryfile.Record) error {
	if t.counted != nil {
		*t.counted++
	}
	i.report.Acknowledged += t.acknowledged
	i.report.Refused += t.refused
	i.report.Elsewhere += t.elsewhere
	for _, item := range t.listed {
		i.report.Listed[item.Listing]++
		item.Line, item.Ordinal, item.Number = r.Line, r.Ordinal, t.view.Number
		if t.protected {
			item = RegistryItem{Line: r.Line, Ordinal: r.Ordinal, Listing: item.Listing}
		}
		if err := i.tell.List(item); err != nil {
			return err
		}
	}
	return nil
}

// taking is a record while it is taken over.
type taking struct {
	*registryImport
	tx   *ent.Tx
	view registryfile.View
	// counted is where the record counts; nil where it is listed alone.
	counted                          *int
	listed                           []RegistryItem
	protected, noted                 bool
	acknowledged, refused, elsewhere int
}

func (t *taking) list(why domain.RegistryListing, fields ...string) {
	t.listed = append(t.listed, RegistryItem{Listing: why, Fields: fields})
}

func (t *taking) record(granted context.Context, r *registryfile.Record) error {
	a, err := t.tx.Application.Query().Where(application.UniqueNumber(t.view.Number)).ForUpdate().Only(granted)
	if ent.IsNotFound(err) {
		return t.unknown(granted, len(r.Anomalies()) > 0)
	}
	if err != nil {
		return err
	}
	t.protected = a.Protected
	l, err := t.s.livingOf(granted, t.tx, a, t.today)
	if err != nil {
		return err
	}
	l.told = true
	if t.header.Type == registryfile.Return {
		if over, err := t.returned(granted, l, r.Anomalies()); over || err != nil {
			return err
		}
	}
	newer, err := t.newerHere(granted, l)
	switch {
	case err != nil:
		return err
	case l.life.State == domain.ApplicationMerged:
		return t.merged(granted, l)
	case newer:
		t.list(domain.ListedNewerHere)
		return nil
	}
	switch {
	case t.header.Type == registryfile.Deletion:
		t.list(domain.ListedDeleted)
		return nil
	case t.removes():
		return t.remove(granted, l)
	case t.header.Type == registryfile.Renewal:
		return t.renew(granted, l)
	default:
		return t.correct(granted, l)
	}
}

// removes tells a record that ends an application, or takes that back: in a copy of what
// the registry has there are some that are over.
func (t *taking) removes() bool {
	return t.header.Type == registryfile.Removal || t.view.RemovedFor != ""
}

// unknown makes an application of a record whose number nothing here has, unless the
// registry itself found it wrong.
func (t *taking) unknown(granted context.Context, wrong bool) error {
	if wrong || t.view.Number == "" || t.removes() || t.header.Type == registryfile.Deletion {
		t.list(domain.ListedUnknown)
		return nil
	}
	erased, err := t.tx.ErasedNumber.Query().Where(erasednumber.DigestIn(t.s.erasedDigests(t.view.Number)...)).Exist(granted)
	if err != nil {
		return err
	}
	if erased {
		t.list(domain.ListedErased)
		return nil
	}
	form, elsewhere := registryForm(t.view, t.towns)
	if len(form.Wishes) == 0 && elsewhere > 0 {
		t.list(domain.ListedOutOfTerritory)
		return nil
	}
	if err := form.CheckFromRegistry(t.today).Err(); err != nil {
		return err
	}
	if t.view.CreatedOn.IsZero() || !form.EnoughToRegister() {
		t.list(domain.ListedUnknown)
		return nil
	}
	t.elsewhere = elsewhere
	return t.create(granted, form)
}

// create writes an application that another desk registered, each step on its day.
func (t *taking) create(granted context.Context, form domain.ApplicationForm) error {
	l := &living{acting: acting{s: t.s, tx: t.tx, today: t.view.CreatedOn}, clocks: domain.LegalClocksOn(t.today), told: true}
	var refusals domain.Refusals
	l.life, refusals = domain.NewLife(domain.NewID(domain.ApplicationPrefix, t.s.Now())).Submit(t.view.CreatedOn, l.clocks, t.today)
	if refusals != nil {
		return refusals
	}
	written := form
	if written.File.Housing == "" {
		written.File.Housing = domain.OtherHousing // of no housing there is no class
	}
	if err := l.begin(granted, written); err != nil {
		return err
	}
	next, refusals := l.life.Validate(t.view.Number, l.clocks, t.view.CreatedOn)
	if err := l.take(granted, domain.StepValidate, next.TakenOver(l.clocks, t.today), refusals); err != nil {
		return err
	}
	l.today = t.today
	if err := t.source(granted, l, form); err != nil {
		return err
	}
	return t.done(granted, l, &t.report.Created)
}

// source notes that the registry stated what the form says.
func (t *taking) source(granted context.Context, l *living, form domain.ApplicationForm) error {
	said := domain.ApplicationCorrection{Search: &form.SearchForm, Contact: &form.Contact, File: &form.File}
	members, err := l.household(granted)
	if err != nil {
		return err
	}
	for i, m := range members {
		said.Household = append(said.Household, domain.MemberCorrection{ID: m.ID, MemberForm: form.Household[i]})
	}
	from := domain.Provenance{}.Stating(said, t.origin())
	for _, m := range members {
		if err := l.memberProvenance(granted, m.ID, from); err != nil {
			return err
		}
	}
	id := l.life.ID
	return errors.Join(
		l.summary.Update().SetProvenance(stated{provenance: from}.summary()).Exec(granted),
		t.tx.ApplicationContact.Update().Where(applicationcontact.ApplicationID(id)).SetProvenance(from.Under("contact.")).Exec(granted),
		t.tx.ApplicationFile.Update().Where(applicationfile.ApplicationID(id)).SetProvenance(from.Under("file.")).Exec(granted),
	)
}

func (t *taking) origin() domain.ValueOrigin {
	return domain.ValueOrigin{Source: domain.SourceRegistry, On: t.on}
}

// done ends what was written of an application.
func (t *taking) done(granted context.Context, l *living, counted *int) error {
	t.counted = counted
	if err := l.settle(granted); err != nil {
		return err
	}
	return t.note(granted, l)
}

// note puts on record that the application was written, once.
func (t *taking) note(granted context.Context, l *living) error {
	if t.noted {
		return nil
	}
	t.noted = true
	return t.s.audit.Record(granted, audit.Line{Kind: audit.Write, Operation: "importRegistry", ApplicationIDs: []domain.ID{l.life.ID}})
}

// returned notes what the registry made of what it was told in files, and whether there
// is no more in the record than that.
func (t *taking) returned(granted context.Context, l *living, anomalies []string) (over bool, err error) {
	u := t.tx.RegistryEvent.Update().Where(registryevent.ApplicationID(l.life.ID), registryevent.StateEQ(domain.RegistrySent))
	if over = len(anomalies) > 0; over {
		t.refused, err = u.SetState(domain.RegistryRejected).SetRejectedFor(domain.Stated(refusalCode(anomalies[0]))).Save(granted)
		t.counted = &t.report.Unchanged
	} else {
		t.acknowledged, err = u.SetState(domain.RegistryAcknowledged).Save(granted)
	}
	if err != nil || t.acknowledged+t.refused == 0 {
		return over, err
	}
	return over, t.note(granted, l)
}

// newerHere tells whether something happened here that the registry did not know.
func (t *taking) newerHere(granted context.Context, l *living) (bool, error) {
	return t.tx.RegistryEvent.Query().Where(
		registryevent.ApplicationID(l.life.ID),
		registryevent.Or(registryevent.StateEQ(domain.RegistryToSend), registryevent.HappenedAtGT(t.header.Date)),
	).Exist(granted)
}

// merged lists an application under the one that survives.
func (t *taking) merged(granted context.Context, l *living) error {
	survivor, err := t.tx.Application.Query().Where(application.ID(l.life.MergedInto)).Only(granted)
	if err != nil {
		return err
	}
	item := RegistryItem{Listing: domain.ListedMerged}
	if !survivor.Protected {
		item.Survivor = valueOf(survivor.UniqueNumber)
	}
	t.listed = append(t.listed, item)
	return nil
}

// remove removes an application, or takes that back where the record has no reason.
func (t *taking) remove(granted context.Context, l *living) error {
	reasons := domain.RemovalReasonsOf(t.view.RemovedFor)
	if removed := l.life.State == domain.ApplicationRemoved; removed == (len(reasons) > 0) {
		t.counted = &t.report.Unchanged
		return nil
	}
	if len(reasons) == 0 {
		next, refusals := l.life.Reactivate(l.clocks, t.today)
		return t.step(granted, l, domain.StepReactivate, next, refusals)
	}
	reason := reasons[0]
	if slices.Contains(reasons, l.life.WarnedFor) {
		reason = l.life.WarnedFor
	}
	next, refusals := l.life.Remove(reason, l.clocks, t.today)
	return t.step(granted, l, domain.StepRemove, next, refusals)
}

// renew renews an application that was not since the registry wrote the file.
func (t *taking) renew(granted context.Context, l *living) error {
	if !l.life.RenewedOn.IsZero() && !l.life.RenewedOn.Before(t.on) {
		t.counted = &t.report.Unchanged
		return nil
	}
	next, refusals := l.life.Renew(l.clocks, t.today)
	return t.step(granted, l, domain.StepRenew, next, refusals)
}

// step takes a step of the life, where it is open today.
func (t *taking) step(granted context.Context, l *living, step domain.Step, next domain.Life, refusals domain.Refusals) error {
	if refusals != nil {
		t.list(domain.ListedNotOpen)
		return nil
	}
	if err := l.take(granted, step, next, nil); err != nil {
		return err
	}
	return t.done(granted, l, &t.report.Changed)
}
