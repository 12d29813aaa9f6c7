package oracle

import (
	"slices"
	"time"
	_ "time/tzdata" // the days are those of Paris, on any machine
)

// Groups are the column groups.
func Groups() []string {
	return []string{
		"IDENTITY", "SUMMARY", "FILE", "CONTACT", "DOCUMENTS", "SENSITIVE", "SOCIAL_NOTES", "RESERVATAIRE_NOTES", "DECISIONS",
	}
}

// Sight is what a caller sees of an application.
type Sight struct {
	// Groups are the open ones; without any the application does not exist for the
	// caller.
	Groups []string
	// Self is the member of the household that the caller is, whose sensitive record is
	// its own.
	Self string
	// Received tells that the caller received the applicant, Person who it is.
	Received bool
	Person   string
	// Social are the organisations of which the caller is an authorised social worker,
	// Allocating those of which it is an authorised allocation officer.
	Social, Allocating []string
}

// Row tells whether the application exists for the caller.
func (s Sight) Row() bool { return len(s.Groups) > 0 }

// Opens tells whether the group is open.
func (s Sight) Opens(group string) bool { return slices.Contains(s.Groups, group) }

// Sensitive tells whether the sensitive record of that member is open.
func (s Sight) Sensitive(member string) bool {
	return s.Opens("SENSITIVE") || s.Self == member && member != ""
}

// Piece tells whether a piece of that kind is shown: what is sensitive as the records of
// the people whom it is of, and to who received the applicant what it gave in itself.
func (s Sight) Piece(sensitive bool, members []string, by string) bool {
	return s.Bytes(sensitive, members, by) || s.Received && !sensitive
}

// Bytes tells whether its file is shown too.
func (s Sight) Bytes(sensitive bool, members []string, by string) bool {
	if s.Received && by != "" && by == s.Person || !sensitive && s.Opens("DOCUMENTS") {
		return true
	}
	return sensitive && s.Opens("DOCUMENTS") && (s.Opens("SENSITIVE") || slices.ContainsFunc(members, s.Sensitive))
}

// Appointment tells whether an appointment is shown: to who sees the contact or received the
// applicant; a sensitive one, where sensitive data are open too, to who booked it or holds it,
// and to an applicant who is to come.
func (s Sight) Appointment(sensitive bool, participants, staff []string, by string) bool {
	if !s.Opens("CONTACT") && !s.Received {
		return false
	}
	own := s.Person != "" && (s.Person == by || slices.Contains(staff, s.Person)) || s.Self != "" && slices.Contains(participants, s.Self)
	return !sensitive || s.Opens("SENSITIVE") || own
}

// Interview tells whether an interview is shown: with FILE; a sensitive one to staff alone,
// where sensitive data are open too, or to who held it.
func (s Sight) Interview(sensitive bool, by string) bool {
	return s.Opens("FILE") && (!sensitive || s.Person != "" && (s.Opens("SENSITIVE") || s.Person == by))
}

// Note tells whether a note on an interview that is shown is: to staff alone, to whom it is
// addressed or who wrote it, and one of social workers to those of the author's organisation.
func (s Sight) Note(audience, organisation, author string) bool {
	switch {
	case s.Person == "":
		return false
	case audience == "SOCIAL_NOTES":
		return slices.Contains(s.Social, organisation)
	case audience == "SENSITIVE":
		return s.Opens("SENSITIVE") || s.Person == author
	}
	return s.Opens(audience)
}

// Proposal tells whether a proposal is shown: to the landlord and to the holder of the right all
// of their own, where the group is open to an applicant all of them, and to staff those with an
// outcome.
func (s Sight) Proposal(p Proposal) bool {
	return s.party(p) || s.Opens("DECISIONS") && (p.Decided != "" || p.Answered != "" || s.Person == "")
}

// Whole tells whether all of a proposal that is shown is, its rank and whose right it is under:
// to the two and to an applicant.
func (s Sight) Whole(p Proposal) bool { return s.Person == "" || s.party(p) }

func (s Sight) party(p Proposal) bool {
	return slices.Contains(s.Allocating, p.Landlord) || p.Holder != "" && slices.Contains(s.Allocating, p.Holder)
}

// Masked are the groups that are named as hidden, in their order. The applicant's own
// sensitive data is not, whatever another's is.
func (s Sight) Masked() []string {
	hidden := []string{}
	for _, g := range Groups() {
		if !s.Opens(g) && (g != "SENSITIVE" || s.Self == "") {
			hidden = append(hidden, g)
		}
	}
	return hidden
}

// Sees is what the caller sees of the application.
func (w *World) Sees(c Caller, a *Application) Sight {
	var s Sight
	ways := w.ways(c, a)
	for _, g := range Groups() {
		if slices.ContainsFunc(ways, func(by way) bool { return by.opens(g) }) {
			s.Groups = append(s.Groups, g)
		}
	}
	if b := w.binding(c, a); b != nil && s.Row() {
		s.Self = b.Member
	}
	s.Received = slices.ContainsFunc(ways, func(by way) bool { return by.ground == "RECEIVED" })
	if c.Person != nil {
		s.Person = c.Person.ID
	}
	for _, k := range w.capacities(c) {
		if k.Role == "SOCIAL_OFFICER" && k.authorised && (c.App == nil || c.App.Applications) {
			s.Social = append(s.Social, k.Assignment.Organisation)
		}
		if k.Role == "ALLOCATION_OFFICER" && k.authorised && (c.App == nil || c.App.Applications) {
			s.Allocating = append(s.Allocating, k.Assignment.Organisation)
		}
	}
	return s
}

// way is a ground that holds, with the capacity in which it does.
type way struct {
	ground, role, kind string
	// current is that of a candidate of whom something is still to come.
	current bool
}

// opens reads the table of columns, one column group at a time.
func (by way) opens(group string) bool {
	metropole := by.ground == "TERRITORY" && by.kind == "METROPOLE"
	// Who is named on a protected file stands where the following point stood.
	followed := by.ground == "FOLLOWED" || by.ground == "NAMED_AGENT"
	oriented := by.ground == "ORIENTED"
	self := by.ground == "SELF"
	emergency := by.ground == "BREAK_GLASS"
	switch group {
	case "IDENTITY":
		return true
	case "SUMMARY":
		return by.ground != "RECEIVED"
	case "FILE":
		return by.ground != "RECEIVED" && !emergency // which opens what it names
	case "CONTACT", "DOCUMENTS":
		return followed || oriented || metropole || self || emergency || by.ground == "PUT_FORWARD" && (group == "CONTACT" || by.current)
	case "SENSITIVE": // the applicant's own is not the group's, see Sight.Self
		return by.role == "SOCIAL_OFFICER" && (followed || oriented || metropole)
	case "SOCIAL_NOTES":
		return by.role == "SOCIAL_OFFICER" && followed
	case "DECISIONS":
		return followed || self
	}
	return false // no ground that exists today opens the notes of a réservataire
}

// ways are the grounds that hold for the caller.
func (w *World) ways(c Caller, a *Application) []way {
	if a.Erased {
		return nil
	}
	var all []way
	if w.binding(c, a) != nil && !a.Protected {
		all = append(all, way{ground: "SELF"})
	}
	for _, k := range w.capacities(c) {
		for _, ground := range grounds {
			if lists(ground, k) && w.missing(ground, k, c.App) == "" && a.admits(ground, k) && w.holds(ground, k, c, a) {
				all = append(all, way{ground, k.Role, k.kind, w.candidate(k, a, true)})
			}
		}
	}
	return all
}

// grounds are those of staff.
var grounds = []string{
	"FOLLOWED", "WISHED_COMMUNE", "WISHED_TERRITORY", "PUT_FORWARD", "CONTRIBUTING_EMPLOYER", "TERRITORY", "RECEIVED", "ORIENTED", "BREAK_GLASS", "NAMED_AGENT",
}

// capacity is an assignment of today, in which the caller asks.
type capacity struct {
	Assignment
	Organisation
	person, kind string
	authorised   bool
}

// capacities are what the caller's assignments of today are, those that its app leaves.
func (w *World) capacities(c Caller) []capacity {
	if c.Person == nil {
		return nil
	}
	today := w.today()
	var all []capacity
	for _, a := range c.Person.Assignments {
		if !a.Confirmed || today < a.From || a.Until != "" && today >= a.Until {
			continue
		}
		atPoints := a.Role == "RECEPTION_AGENT" || a.Role == "SOCIAL_OFFICER" || a.Role == "POINT_MANAGER"
		if c.App != nil {
			if a.Organisation != c.App.Organisation {
				continue
			}
			if atPoints && len(c.App.Points) > 0 {
				a.Points = both(a.Points, c.App.Points)
				if len(a.Points) == 0 {
					continue
				}
			}
		}
		o := w.Organisations[a.Organisation]
		all = append(all, capacity{
			Assignment: a, Organisation: o, person: c.Person.ID, kind: o.Kind,
			authorised: slices.ContainsFunc(c.Person.Authorisations, func(h Authorisation) bool {
				return h.Organisation == a.Organisation && h.Role == a.Role &&
					today >= h.From && today < h.Until && (h.Revoked == "" || today < h.Revoked)
			}),
		})
	}
	return all
}

func both(some, others []string) []string {
	var all []string
	for _, s := range some {
		if slices.Contains(others, s) {
			all = append(all, s)
		}
	}
	return all
}

// lists tells whether the ground is for that role, at an organisation of that kind.
func lists(ground string, k capacity) bool {
	reception, social := k.Role == "RECEPTION_AGENT", k.Role == "SOCIAL_OFFICER"
	allocation, manager := k.Role == "ALLOCATION_OFFICER", k.Role == "POINT_MANAGER"
	switch ground {
	case "FOLLOWED", "ORIENTED", "NAMED_AGENT":
		return reception || social || manager
	case "WISHED_COMMUNE":
		return allocation && k.kind == "COMMUNE"
	case "WISHED_TERRITORY":
		return allocation && k.kind == "LANDLORD"
	case "PUT_FORWARD":
		return allocation
	case "CONTRIBUTING_EMPLOYER":
		return allocation && k.kind == "ACTION_LOGEMENT"
	case "TERRITORY":
		return (reception || social) && k.kind == "METROPOLE" || allocation && (k.kind == "STATE" || k.kind == "DEPARTMENT")
	case "RECEIVED":
		return reception || social
	case "BREAK_GLASS":
		return social || manager
	}
	return false
}

// missing is what keeps the ground from opening anything in that capacity.
func (w *World) missing(ground string, k capacity, app *App) string {
	if ground != "RECEIVED" && !k.Registers {
		return "REGISTERING_BODY"
	}
	if !k.authorised {
		return "AUTHORISATION"
	}
	places := k.places(ground)
	if len(places) > 0 && !slices.ContainsFunc(places, func(p string) bool { return w.leaves(app, ground, p) }) {
		return "APP"
	}
	return ""
}

// places are what the ground looks at in the caller: points, communes, or nothing that
// is a place, which is one "".
func (k capacity) places(ground string) []string {
	switch ground {
	case "FOLLOWED", "RECEIVED", "ORIENTED":
		return k.Points
	case "WISHED_COMMUNE":
		return []string{k.Commune}
	case "WISHED_TERRITORY":
		return k.Territory
	}
	return []string{""}
}

// leaves tells whether the app leaves the ground at that place: an app that is limited
// to some places leaves nothing that is wider.
func (w *World) leaves(app *App, ground, place string) bool {
	if app == nil {
		return true
	}
	if !app.Applications {
		return false
	}
	if len(app.Points) == 0 && len(app.Communes) == 0 {
		return true
	}
	switch ground {
	case "FOLLOWED", "RECEIVED", "ORIENTED":
		return (len(app.Points) == 0 || slices.Contains(app.Points, place)) &&
			(len(app.Communes) == 0 || slices.Contains(app.Communes, w.Points[place]))
	case "WISHED_COMMUNE", "WISHED_TERRITORY":
		return slices.Contains(app.Communes, place)
	}
	return false
}

// admits tells whether the file is one of which the ground may hold.
func (a *Application) admits(ground string, k capacity) bool {
	removed := a.State != "PENDING_VALIDATION" && a.State != "ACTIVE" // or over in another way
	if a.Protected {                                                  // for everybody else it does not exist
		return ground == "NAMED_AGENT" ||
			ground == "TERRITORY" && k.kind == "METROPOLE" && k.Role == "SOCIAL_OFFICER" && !removed
	}
	switch ground {
	case "FOLLOWED":
		return true
	case "WISHED_COMMUNE", "WISHED_TERRITORY", "CONTRIBUTING_EMPLOYER":
		return a.State == "ACTIVE"
	case "TERRITORY":
		return !removed && len(a.Wishes) > 0 // each commune is one of the Métropole
	case "RECEIVED", "ORIENTED", "BREAK_GLASS", "PUT_FORWARD":
		return !removed
	}
	return false
}

// holds tells whether the ground holds between that caller and that application.
func (w *World) holds(ground string, k capacity, c Caller, a *Application) bool {
	left := slices.DeleteFunc(slices.Clone(k.places(ground)), func(p string) bool { return !w.leaves(c.App, ground, p) })
	switch ground {
	case "FOLLOWED":
		return slices.Contains(left, a.FollowingPoint) && w.today() >= a.FollowedSince ||
			slices.ContainsFunc(a.Former, func(f Former) bool {
				return f.Point != a.FollowingPoint && slices.Contains(left, f.Point) && w.Now.Before(f.Until)
			})
	case "WISHED_COMMUNE", "WISHED_TERRITORY":
		return len(both(left, a.Wishes)) > 0
	case "TERRITORY":
		return len(left) > 0
	case "PUT_FORWARD":
		return len(left) > 0 && w.candidate(k, a, false)
	case "CONTRIBUTING_EMPLOYER":
		return len(left) > 0 && len(both(a.Employers, w.Contributing)) > 0
	case "RECEIVED":
		return slices.ContainsFunc(a.Receptions, func(o Opening) bool {
			return o.Person == k.person && slices.Contains(left, o.Where) && w.within(o)
		})
	case "ORIENTED":
		return slices.ContainsFunc(a.Orientations, func(o Orientation) bool {
			return slices.Contains(left, o.To) && !o.Accepted.IsZero() && (o.Ended.IsZero() || w.Now.Before(o.seenUntil()))
		})
	case "BREAK_GLASS":
		return len(left) > 0 && slices.ContainsFunc(a.Emergencies, func(o Opening) bool {
			return o.Person == k.person && o.Where == k.Assignment.Organisation && w.within(o)
		})
	case "NAMED_AGENT":
		return len(left) > 0 && slices.ContainsFunc(a.NamedAgents, func(n Naming) bool {
			return n.Person == k.person && n.Organisation == k.Assignment.Organisation && n.Confirmed &&
				w.today() >= n.From && (n.Until == "" || w.today() < n.Until)
		})
	}
	return false
}

// candidate tells whether the applicant is a candidate with the organisation by the act of the
// other party, or was until 60 days ago; or is one now, if current ones alone are asked for.
func (w *World) candidate(k capacity, a *Application, current bool) bool {
	return slices.ContainsFunc(a.Proposals, func(p Proposal) bool {
		var since Day
		switch k.Assignment.Organisation {
		case p.Landlord:
			if !p.Designated {
				return false
			}
			since = p.On
		case p.Holder:
			if since = p.On; p.Designated {
				since = p.Decided
			}
		}
		end := p.Decided
		if end == "" {
			end = p.Answered
		}
		waits := p.State == "PUT_FORWARD" || p.State == "RETAINED"
		return since != "" && p.State != "WITHDRAWN" && (waits || !current) && (end == "" || w.today() < end.add(60))
	})
}

func (w *World) within(o Opening) bool { return !w.Now.Before(o.From) && w.Now.Before(o.Until) }

// seenUntil is 15 days after the end, and the end itself where it ended with the
// application.
func (o Orientation) seenUntil() time.Time {
	if o.Lapsed {
		return o.Ended
	}
	return o.Ended.Add(15 * 24 * time.Hour)
}

// SeesOrientation tells whether the caller sees that an applicant was sent, at the point
// that sent it or the one that it was sent to; whose it is, is of the group CONTACT.
func (w *World) SeesOrientation(c Caller, a *Application, o Orientation) bool {
	if w.Sees(c, a).Opens("CONTACT") {
		return true
	}
	if a.Protected || a.Erased {
		return false
	}
	return w.At(c, o.From, "FOLLOWED", "RECEIVED") || w.At(c, o.To, "ORIENTED")
}

// At tells whether the caller could see something at that point, by one of these grounds.
func (w *World) At(c Caller, point string, by ...string) bool {
	for _, k := range w.capacities(c) {
		for _, ground := range by {
			if lists(ground, k) && w.missing(ground, k, c.App) == "" && slices.Contains(k.places(ground), point) && w.leaves(c.App, ground, point) {
				return true
			}
		}
	}
	return false
}

// Receives tells whether the caller receives people at that point, authorised or not.
func (w *World) Receives(c Caller, point string) bool {
	return slices.ContainsFunc(w.capacities(c), func(k capacity) bool {
		return lists("RECEIVED", k) && slices.Contains(k.Points, point) && w.leaves(c.App, "RECEIVED", point)
	})
}

// binding is that of the caller's account in the application, nil when there is none.
func (w *World) binding(c Caller, a *Application) *Binding {
	if c.Account == nil || c.App != nil && !c.App.Applications {
		return nil
	}
	for i, b := range a.Bindings {
		if b.Account == *c.Account && !b.Over && !w.Now.Before(b.Since) {
			return &a.Bindings[i]
		}
	}
	return nil
}

// today is the day in Paris.
func (w *World) today() Day { return DayOf(w.Now) }

// DayOf is the day in Paris at that instant.
func DayOf(at time.Time) Day {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		return "" // embedded in the program
	}
	return Day(at.In(paris).Format(time.DateOnly))
}

// Right is what the caller is told of its own: a ground that lists one of its
// assignments, what it opens and what is missing for that.
type Right struct {
	Ground, Role, Assignment string
	Opens                    []string
	Missing                  string
}

// Rights are all of them.
func (w *World) Rights(c Caller) []Right {
	var all []Right
	if c.Account != nil {
		r := Right{Ground: "SELF", Opens: way{ground: "SELF"}.all()}
		if c.App != nil && !c.App.Applications {
			r.Missing = "APP"
		}
		all = append(all, r)
	}
	for _, k := range w.capacities(c) {
		for _, ground := range grounds {
			if !lists(ground, k) {
				continue
			}
			by := way{ground: ground, role: k.Role, kind: k.kind}
			all = append(all, Right{ground, k.Role, k.ID, by.all(), w.missing(ground, k, c.App)})
			if ground == "PUT_FORWARD" {
				by.current = true
				all = append(all, Right{ground, k.Role, k.ID, by.all(), w.missing(ground, k, c.App)})
			}
		}
	}
	return all
}

func (by way) all() []string {
	var groups []string
	for _, g := range Groups() {
		if by.opens(g) {
			groups = append(groups, g)
		}
	}
	return groups
}
