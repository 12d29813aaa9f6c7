package leak

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/internal/oracle"
)

// object is one of an answer.
type object = map[string]any

// sight is an application as a caller sees it.
type sight struct {
	*application
	oracle.Sight
}

// sights are what the oracle says that the caller sees, in the order of identifiers.
func (w *World) sights(c oracle.Caller) []sight {
	var all []sight
	for _, a := range w.applications {
		if s := w.Sees(c, a.Application); s.Row() {
			all = append(all, sight{a, s})
		}
	}
	return all
}

// record is the whole record as the caller must get it.
func (w *World) record(s sight) object {
	a := s.application
	o := object{
		"__typename": "Application", "id": a.ID, "uniqueNumber": orNull(a.number), "state": a.State,
		"givenNames": a.givenNames, "birthName": a.birthName, "usualName": orNull(a.usualName), "validUntil": a.validUntil,
		"masked": s.Masked(), "summary": nil, "file": nil, "contact": nil, "wishes": []object{}, "household": []object{}, "version": 1,
		"renewalDue": a.State == "ACTIVE" && !w.date(w.day(0)).Before(w.date(a.validUntil).AddMonths(-1)),
		"deadlines":  []object{}, "history": []object{}, "proposedChanges": []object{},
		"orientations": []object{}, "appointments": w.appointmentsOf(s), "waitingPlaces": w.waitingPlacesOf(s),
		"interviews": w.interviewsOf(s), "proposals": w.proposalsOf(s), "messages": w.messagesOf(s), "appointmentOffers": w.offersOf(s), "inDepthReasons": w.inDepthOf(s),
		"pieces": w.pieces(s), "completeness": w.completeness(s),
	}
	if s.Opens("SUMMARY") {
		o["summary"], o["deadlines"], o["history"] = w.summary(a), w.deadlines(a), history(a)
		wishes := []object{}
		for i, c := range a.Wishes {
			wishes = append(wishes, object{"__typename": "Wish", "commune": object{"id": c}, "rank": i + 1})
		}
		o["wishes"] = wishes
	}
	if s.Opens("FILE") {
		o["file"] = object{
			"__typename": "ApplicationFile", "taxYear": a.taxYear, "taxIncome": a.taxIncome, "monthlyResources": a.resources,
			"housing": a.housing, "reasons": list(a.reasons), "version": 3,
			"earlierTaxIncome": a.taxIncome - 1, "provenance": shownOrigins(w.fileOrigin(a)),
		}
		members := []object{}
		for _, m := range a.members {
			members = append(members, w.person(s, m))
		}
		o["household"] = members
	}
	if s.Opens("CONTACT") {
		o["contact"] = object{
			"__typename": "ApplicationContact", "address": a.address, "postalCode": a.postalCode, "town": a.town,
			"phone": orNull(a.phone), "email": orNull(a.email), "helpingStructure": orNull(a.helping), "version": 4,
			"careOf": "Chez " + a.address, "mailing": a.shownMailing(), "secondPhone": orNull(a.phone), "emailAllowed": a.email != "", "textAllowed": false,
			"helpingPhone": orNull(a.phone), "helpingEmail": orNull(a.email), "dwelling": a.shownDwelling(), "provenance": shownOrigins(w.contactOrigin(a)),
		}
	}
	if s.Opens("CONTACT") {
		o["orientations"] = w.orientationsOf(a)
	}
	if a.proposed != "" && s.Opens("SUMMARY") && s.Opens("FILE") && s.Opens("CONTACT") {
		o["proposedChanges"] = []object{w.proposedChange(a)}
	}
	return o
}

// date is a day that can be reckoned with.
func (w *World) date(d oracle.Day) domain.Date {
	parsed, _ := domain.ParseDate(string(d)) // days are those of this package
	return parsed
}

func (w *World) deadlines(a *application) []object {
	if a.due == "" {
		return []object{}
	}
	return []object{{
		"__typename": "Deadline", "kind": "EXPIRY", "reason": nil, "dueOn": a.due, "announcedFrom": a.announced(w), "state": w.deadlineState(a), "article": "CCH R441-2-7",
	}}
}

func (w *World) deadlineState(a *application) domain.DeadlineState {
	switch {
	case a.due < w.day(0):
		return domain.DeadlineOverdue
	case a.announced(w) <= w.day(0):
		return domain.DeadlineNear
	}
	return domain.DeadlineAhead
}

// announced is the day from which its deadline is.
func (a *application) announced(w *World) oracle.Day {
	return oracle.Day(w.date(a.due).AddDays(-5).String())
}

func history(a *application) []object {
	all := []object{}
	for _, e := range a.events {
		all = append([]object{{
			"__typename": "ApplicationEvent", "happenedOn": e.on, "kind": e.kind, "state": e.state, "reason": orNull(e.reason),
			"deadline": nil, "dueOn": nil, "receptionPoint": nil,
		}}, all...)
	}
	return all
}

func (w *World) proposedChange(a *application) object {
	values := []object{}
	for _, v := range a.correction().Values() {
		values = append(values, object{"__typename": "FormValue", "field": v.Field, "value": v.Value})
	}
	return object{
		"__typename": "ProposedChange", "id": w.id(domain.ProposedChangePrefix, a.ID), "proposedOn": a.registeredOn,
		"receptionPoint": object{"id": w.points[0].id}, "values": values,
	}
}

func (a *application) correction() domain.ApplicationCorrection {
	return domain.ApplicationCorrection{Contact: &domain.ContactForm{Address: a.proposed, PostalCode: "38000", Town: "Grenoble"}}
}

func (w *World) summary(a *application) object {
	o := object{
		"__typename": "ApplicationSummary", "registeredOn": a.registeredOn, "renewedOn": orNull(a.renewed),
		"receptionDeadline": a.deadline, "householdSize": len(a.members), "typologies": a.typologies,
		"followingPoint": nil, "followedSince": orNull(a.FollowedSince), "version": 2,
		"depositedOn": nil, "rejectedFor": nil, "acknowledgedOn": nil, "noticedOn": nil, "warnedOn": nil, "warnedFor": nil,
		"removedFor": nil, "mergedIntoId": nil, "splitFromId": nil,
		"enlarged": len(a.typologies) > 1, "category": "I", "personalisedAppointmentOn": a.registeredOn, "singleFileCompletedOn": nil,
		"provenance": shownOrigins(w.summaryOrigin(a)),
	}
	if a.FollowingPoint != "" {
		o["followingPoint"] = object{"id": a.FollowingPoint}
	}
	return o
}

// person is a member of the household as the caller must get it.
func (w *World) person(s sight, m member) object {
	o := object{
		"__typename": "HouseholdMember", "id": m.id, "link": m.link, "age": nil, "expectedOn": orNull(m.expectedOn),
		"particulars": nil, "sensitive": nil, "resources": shownLines(m.lines(s.application)), "maintenancePaid": s.resources,
		"provenance": shownOrigins(origin("link."+m.link, s.registeredOn, "")),
	}
	if m.bornOn != "" {
		o["age"] = age(m.bornOn, oracle.DayOf(w.Now))
		if s.Opens("CONTACT") {
			o["particulars"] = object{
				"__typename": "MemberParticulars", "givenNames": m.given, "birthName": m.birth, "usualName": orNull(m.usual),
				"bornOn": m.bornOn, "version": 5,
				"civilStatus": object{"__typename": "CivilStatus", "title": nil, "nationality": m.civilStatus().Nationality, "familyStatus": m.civilStatus().FamilyStatus},
				"work": object{
					"__typename": "Work", "contract": m.work().Contract, "profession": m.work().Profession,
					"employer": nil, "employerSiret": orNull(m.employer), "employerTown": nil,
				},
				"provenance": shownOrigins(origin("birthName."+m.birth, s.registeredOn, "")),
			}
		}
	}
	if m.sensitive && s.Sensitive(m.id) {
		o["sensitive"] = object{
			"__typename": "SensitiveRecord", "reasons": list(m.reasons), "housingMode": orNull(m.mode), "needs": list(m.needs),
			"freeText": orNull(m.freeText), "safeContact": orNull(m.safeContact), "version": 6,
			"disability": m.shownDisability(), "resources": shownLines(m.confidedLines()),
		}
	}
	return o
}

// age counts months, from the month of birth.
func age(born, today oracle.Day) int {
	b, _ := time.Parse(time.DateOnly, string(born))
	t, _ := time.Parse(time.DateOnly, string(today))
	return ((t.Year()-b.Year())*12 + int(t.Month()) - int(b.Month())) / 12
}

// questions are what a caller asks, and what the answers must be.
type questions struct {
	variables object
	expected  object
}

// ask draws the questions, and takes the answers from the oracle.
func (l *Lab) ask(w *World, c oracle.Caller) questions {
	seen := w.sights(c)
	q := questions{object{}, object{}}
	edges := []object{}
	for _, s := range seen {
		edges = append(edges, object{"node": w.record(s)})
	}
	q.expected["all"] = object{"totalCount": len(seen), "pageInfo": object{"hasNextPage": false, "hasPreviousPage": false}, "edges": edges}
	q.expected["count"] = object{"totalCount": len(seen)}
	q.expected["first"] = page(seen[:min(2, len(seen))], len(seen), len(seen) > 2, false)
	q.expected["last"] = page(seen[max(0, len(seen)-2):], len(seen), false, len(seen) > 2)
	q.expected["viewer"] = object{"rights": rightsOf(w.Rights(c))}
	q.askNodes(w, seen)
	q.askNumbers(w, seen)
	q.askOrders(seen)
	for _, f := range l.schema.Types["ApplicationFilter"].Fields {
		for i := range filterCount {
			name := fmt.Sprintf("filter_%s_%d", f.Name, i)
			value, group, keeps := filters[f.Name](w)
			q.variables[name] = object{f.Name: value}
			kept := slices.DeleteFunc(slices.Clone(seen), func(s sight) bool { return !s.Opens(group) || !keeps(s) })
			q.expected[name] = listed(kept)
		}
	}
	q.askTables(w, seen)
	q.askOrientations(w, c)
	q.askContacts(w, c)
	return q
}

// axes are what applications are counted by: the column group that each looks at, and
// what it finds in an application, "" for nothing.
var axes = map[string]struct {
	group string
	key   func(*World, *application) string
}{
	"STATE": {"IDENTITY", func(_ *World, a *application) string { return a.State }},
	"YEAR":  {"SUMMARY", func(_ *World, a *application) string { return string(a.registeredOn[:4]) }},
	"WISHED_COMMUNE": {"SUMMARY", func(w *World, a *application) string {
		if len(a.Wishes) == 0 {
			return ""
		}
		return w.code(a.Wishes[0])
	}},
	"TYPOLOGY": {"SUMMARY", func(_ *World, a *application) string {
		if len(a.typologies) == 0 {
			return ""
		}
		return slices.Min(a.typologies)
	}},
	"HOUSEHOLD_SIZE": {"SUMMARY", func(_ *World, a *application) string {
		if len(a.members) > 5 {
			return "6_PLUS"
		}
		return fmt.Sprint(len(a.members))
	}},
	"HOUSING":           {"FILE", func(_ *World, a *application) string { return a.housing }},
	"FOLLOWING_POINT":   {"SUMMARY", func(_ *World, a *application) string { return a.FollowingPoint }},
	"FOLLOWING_COMMUNE": {"SUMMARY", func(w *World, a *application) string { return w.code(w.Points[a.FollowingPoint]) }},
}

// code is that of a commune.
func (w *World) code(commune string) string {
	for _, c := range w.communes {
		if c.id == commune {
			return c.code
		}
	}
	return ""
}

// askTables counts by each axis, and by one or two that are drawn under a filter.
func (q *questions) askTables(w *World, seen []sight) {
	names := slices.Sorted(maps.Keys(axes))
	for _, name := range names {
		q.expected["axis_"+name] = w.counted(seen, name)
	}
	by := some(w, names, 1+w.r.IntN(2))
	value, group, keeps := filters["states"](w)
	if w.chance(50) {
		value, group, keeps = filters["wishedCommunes"](w)
		q.variables["counted"] = object{"wishedCommunes": value}
	} else {
		q.variables["counted"] = object{"states": value}
	}
	kept := slices.DeleteFunc(slices.Clone(seen), func(s sight) bool { return !s.Opens(group) || !keeps(s) })
	q.variables["axes"], q.expected["crossed"] = by, w.counted(kept, by...)
}

// counted is the table of these applications: those of which each axis may be looked at.
func (w *World) counted(of []sight, by ...string) object {
	counts := map[[2]string]int{}
	total := 0
	for _, s := range of {
		if slices.ContainsFunc(by, func(name string) bool { return !s.Opens(axes[name].group) }) {
			continue
		}
		var keys [2]string
		for i, name := range by {
			keys[i] = axes[name].key(w, s.application)
		}
		counts[keys]++
		total++
	}
	cells := []object{}
	for _, keys := range slices.SortedFunc(maps.Keys(counts), func(a, b [2]string) int {
		return cmp.Or(lastIsNothing(a[0], b[0]), lastIsNothing(a[1], b[1]))
	}) {
		told := []any{orNull(keys[0]), orNull(keys[1])}
		cells = append(cells, object{"__typename": "ApplicationCell", "keys": told[:len(by)], "count": counts[keys]})
	}
	return object{"__typename": statistics, "by": by, "cells": cells, "totalCount": total}
}

// lastIsNothing compares two keys: nothing comes after all others.
func lastIsNothing(a, b string) int {
	if a == "" || b == "" {
		return strings.Compare(b, a)
	}
	return strings.Compare(a, b)
}

func ids(of []sight) []object {
	edges := []object{}
	for _, s := range of {
		edges = append(edges, object{"node": object{"id": s.ID}})
	}
	return edges
}

func listed(of []sight) object { return object{"totalCount": len(of), "edges": ids(of)} }

func page(of []sight, total int, next, previous bool) object {
	o := listed(of)
	o["totalCount"], o["pageInfo"] = total, object{"hasNextPage": next, "hasPreviousPage": previous}
	return o
}

// rightsOf leaves out the texts, which are the table's own.
func rightsOf(rights []oracle.Right) []object {
	all := []object{}
	for _, r := range rights {
		all = append(all, object{
			"__typename": "Right", "ground": r.Ground, "role": orNull(r.Role), "assignmentId": orNull(r.Assignment),
			"opens": r.Opens, "missing": orNull(r.Missing),
		})
	}
	return all
}

// unknown is an identifier that nothing has.
func (w *World) unknown(p domain.Prefix) string { return w.id(p, "unknown") }

func (q *questions) askNodes(w *World, seen []sight) {
	by := map[string]sight{}
	for _, s := range seen {
		by[s.ID] = s
	}
	type node struct {
		id          string
		whole, some any
	}
	var all []node
	for _, a := range w.applications {
		n := node{id: a.ID}
		s, ok := by[a.ID]
		if ok {
			n.whole, n.some = w.record(s), object{"__typename": "Application", "id": a.ID, "masked": s.Masked()}
		}
		all = append(all, n)
		for _, m := range a.members {
			n := node{id: m.id}
			if ok && s.Opens("FILE") {
				o := w.person(s, m)
				var told any
				if record, _ := o["sensitive"].(object); record != nil {
					told = object{"freeText": record["freeText"]}
				}
				n.whole, n.some = o, object{"__typename": "HouseholdMember", "id": m.id, "sensitive": told}
			}
			all = append(all, n)
		}
	}
	for _, p := range []domain.Prefix{domain.ApplicationPrefix, domain.HouseholdMemberPrefix, domain.SensitiveRecordPrefix} {
		all = append(all, node{id: w.unknown(p)})
	}
	all = some(w, all, len(all))
	var asked []string
	answers := []any{}
	for i, n := range all {
		if i < nodeCount {
			q.variables[fmt.Sprint("id", i)], q.expected[fmt.Sprint("node", i)] = n.id, n.some
		}
		asked, answers = append(asked, n.id), append(answers, n.whole)
	}
	q.variables["ids"], q.expected["nodes"] = asked, answers
}

func (q *questions) askNumbers(w *World, seen []sight) {
	n := 0
	for _, a := range some(w, w.applications, len(w.applications)) {
		if a.number == "" || n == numberCount-1 {
			continue
		}
		name := fmt.Sprint("number", n)
		n++
		q.variables[name], q.expected[name] = a.number, nil
		if i := slices.IndexFunc(seen, func(s sight) bool { return s.ID == a.ID }); i >= 0 {
			o := object{"id": a.ID, "masked": seen[i].Masked(), "summary": nil}
			if seen[i].Opens("SUMMARY") {
				o["summary"] = object{"registeredOn": a.registeredOn}
			}
			q.expected[name] = o
		}
	}
	for ; n < numberCount; n++ {
		name := fmt.Sprint("number", n)
		q.variables[name], q.expected[name] = fmt.Sprintf("99911%08d00123", n), nil
	}
}

func (q *questions) askOrders(seen []sight) {
	byName := slices.Clone(seen)
	slices.SortFunc(byName, func(a, b sight) int { return strings.Compare(a.birthName, b.birthName) })
	byDate := slices.DeleteFunc(slices.Clone(seen), func(s sight) bool { return !s.Opens("SUMMARY") })
	slices.SortFunc(byDate, func(a, b sight) int { return strings.Compare(string(a.registeredOn), string(b.registeredOn)) })
	for field, ordered := range map[string][]sight{"NAME": byName, "REGISTERED_ON": byDate} {
		q.expected["order_"+field+"_ASC"] = listed(ordered)
		backwards := slices.Clone(ordered)
		slices.Reverse(backwards)
		q.expected["order_"+field+"_DESC"] = listed(backwards)
	}
}

// filters draw a value for each field of the filter: with the column group that it
// looks at and the applications that it keeps.
var filters = map[string]func(*World) (value any, group string, keeps func(sight) bool){
	"states": func(w *World) (any, string, func(sight) bool) {
		asked := some(w, domain.ApplicationState("").Values(), 1+w.r.IntN(2))
		return asked, "IDENTITY", func(s sight) bool { return slices.Contains(asked, s.State) }
	},
	"search": func(w *World) (any, string, func(sight) bool) {
		of := pick(w, w.applications)
		if of.number != "" && w.chance(30) {
			return strings.ToLower(of.number), "IDENTITY", func(s sight) bool { return s.number == of.number }
		}
		// Three letters: shorter words are particles, which are not searched for.
		first, second := strings.ToLower(of.birthName[:3+w.r.IntN(2)]), strings.ToUpper(of.givenNames[:3])
		text := pick(w, []string{first, second, first + " " + second})
		return text, "IDENTITY", func(s sight) bool {
			names := strings.Fields(strings.ToLower(s.givenNames + " " + s.birthName + " " + s.usualName))
			for _, word := range strings.Fields(strings.ToLower(text)) {
				if !slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, word) }) {
					return false
				}
			}
			return true
		}
	},
	"phone": func(w *World) (any, string, func(sight) bool) {
		asked := fmt.Sprint("+3347600000", w.r.IntN(3))
		return asked, "CONTACT", func(s sight) bool { return s.phone == asked }
	},
	"wishedCommunes": func(w *World) (any, string, func(sight) bool) {
		asked := some(w, w.communes, 1+w.r.IntN(2))
		var codes []string
		for _, c := range asked {
			codes = append(codes, c.code)
		}
		return codes, "SUMMARY", func(s sight) bool {
			return slices.ContainsFunc(asked, func(c place) bool { return slices.Contains(s.Wishes, c.id) })
		}
	},
	"followingPoints": func(w *World) (any, string, func(sight) bool) {
		asked := w.pointIDs(1 + w.r.IntN(2))
		return asked, "SUMMARY", func(s sight) bool { return slices.Contains(asked, s.FollowingPoint) }
	},
	"followed": func(w *World) (any, string, func(sight) bool) {
		asked := w.chance(50)
		return asked, "SUMMARY", func(s sight) bool { return (s.FollowingPoint != "") == asked }
	},
	"typologies": func(w *World) (any, string, func(sight) bool) {
		asked := some(w, domain.Typology("").Values(), 2)
		return asked, "SUMMARY", func(s sight) bool {
			return slices.ContainsFunc(s.typologies, func(t string) bool { return slices.Contains(asked, t) })
		}
	},
	"householdSize": func(w *World) (any, string, func(sight) bool) {
		least, most := 1+w.r.IntN(3), 1+w.r.IntN(4)
		asked := object{"min": least, "max": most}
		if w.chance(30) {
			delete(asked, "max")
			most = domain.MaxHousehold
		}
		return asked, "SUMMARY", func(s sight) bool { return len(s.members) >= least && len(s.members) <= most }
	},
	"registeredFrom": func(w *World) (any, string, func(sight) bool) {
		asked := pick(w, w.applications).registeredOn
		return asked, "SUMMARY", func(s sight) bool { return s.registeredOn >= asked }
	},
	"registeredBefore": func(w *World) (any, string, func(sight) bool) {
		asked := pick(w, w.applications).registeredOn
		return asked, "SUMMARY", func(s sight) bool { return s.registeredOn < asked }
	},
	"deadline": func(w *World) (any, string, func(sight) bool) {
		kinds, states := some(w, []string{"EXPIRY", "ERASURE"}, 1), some(w, domain.DeadlineState("").Values(), 1+w.r.IntN(2))
		asked := object{"kinds": kinds, "states": states}
		if w.chance(30) {
			delete(asked, "kinds")
			kinds = []string{"EXPIRY"}
		}
		return asked, "SUMMARY", func(s sight) bool {
			return s.due != "" && slices.Contains(kinds, "EXPIRY") && slices.Contains(states, string(w.deadlineState(s.application)))
		}
	},
	"housing": func(w *World) (any, string, func(sight) bool) {
		asked := some(w, domain.HousingClass("").Values(), 2)
		return asked, "FILE", func(s sight) bool { return slices.Contains(asked, s.housing) }
	},
	"pieceTransfers": func(w *World) (any, string, func(sight) bool) {
		asked := some(w, domain.PieceTransferTrouble("").Values(), w.r.IntN(3))
		return asked, "IDENTITY", func(s sight) bool { // a piece is seen where its group is open, or by who received
			return slices.ContainsFunc(s.shown(), func(p piece) bool { return w.inTrouble(p, asked) })
		}
	},
	"appointmentOffers": func(w *World) (any, string, func(sight) bool) {
		asked := some(w, domain.AppointmentOfferState("").Values(), w.r.IntN(3))
		return asked, "CONTACT", func(s sight) bool {
			return slices.ContainsFunc(s.offers, func(o offer) bool { return slices.Contains(asked, o.stateOn(w)) })
		}
	},
	"proposals": func(w *World) (any, string, func(sight) bool) {
		asked := some(w, domain.ProposalState("").Values(), w.r.IntN(3))
		return asked, "IDENTITY", func(s sight) bool { // a proposal is seen where its group is open, or by a party to it
			return slices.ContainsFunc(s.proposals, func(p proposal) bool { return s.Proposal(p.Proposal) && slices.Contains(asked, p.State) })
		}
	},
	"inDepthReason": func(w *World) (any, string, func(sight) bool) {
		asked := domain.InDepthReason(pick(w, domain.InDepthReason("").Values()))
		group, _ := w.inDepth(w.applications[0], asked)
		return string(asked), group, func(s sight) bool {
			_, holds := w.inDepth(s.application, asked)
			return holds
		}
	},
	"reasons": func(w *World) (any, string, func(sight) bool) {
		asked := some(w, []string{"01", "02", "03", "07", "10"}, 2)
		return asked, "FILE", func(s sight) bool {
			return slices.ContainsFunc(s.reasons, func(r string) bool { return slices.Contains(asked, r) })
		}
	},
}
