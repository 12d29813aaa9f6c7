package service

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
)

// pointRow is what a file says of a reception point itself.
type pointRow struct {
	Name, Address, PostalCode string
	CommuneID                 domain.ID
	At                        domain.Coordinates
	Phone                     *domain.PhoneNumber
	Languages                 []domain.LanguageCode
	StepFreeAccess            domain.TriState
	InterCommunal             bool
	Operators                 []domain.ID
}

func (i *directoryImport) importReceptionPoints(ctx context.Context, d Directory) error {
	for _, p := range d.ReceptionPoints {
		if err := i.importReceptionPoint(ctx, p); err != nil {
			return fmt.Errorf("reception point %s: %w", p.Key, err)
		}
		i.done()
	}
	return nil
}

func (i *directoryImport) importReceptionPoint(ctx context.Context, p directoryfile.ReceptionPoint) error {
	row := pointRow{
		Name: p.Name, Address: p.Address, PostalCode: p.PostalCode,
		CommuneID: i.communes[p.Commune].ID, At: p.Coordinates, Phone: optional(p.Phone),
		StepFreeAccess: p.StepFreeAccess, InterCommunal: p.InterCommunal,
	}
	for _, l := range p.Languages {
		row.Languages = append(row.Languages, domain.LanguageCode(l))
	}
	for _, key := range p.Operators {
		row.Operators = append(row.Operators, i.organisations[key].ID)
	}
	slices.Sort(row.Operators)
	there, err := i.writeReceptionPoint(ctx, p.Key, row)
	if err != nil {
		return err
	}
	if err := i.importAgreement(ctx, there, p); err != nil {
		return fmt.Errorf("agreement: %w", err)
	}
	for _, rule := range p.Weekly {
		if err := i.importWeeklyOpening(ctx, there, rule); err != nil {
			return fmt.Errorf("opening hours on %s: %w", strings.ToLower(rule.Weekday.String()), err)
		}
	}
	return i.endMissingWeekdays(ctx, there, p.Weekly)
}

func (i *directoryImport) writeReceptionPoint(ctx context.Context, key string, row pointRow) (*ent.ReceptionPoint, error) {
	there, ok := i.points[key]
	if !ok {
		i.report.ReceptionPoints.Added++
		created, err := i.tx.ReceptionPoint.Create().
			SetID(importedID(domain.ReceptionPointPrefix, key)).SetKey(key).
			SetName(row.Name).SetAddress(row.Address).SetPostalCode(row.PostalCode).SetCommuneID(row.CommuneID).
			SetLatitude(row.At.Latitude).SetLongitude(row.At.Longitude).SetNillablePhone(row.Phone).
			SetLanguages(row.Languages).SetStepFreeAccess(row.StepFreeAccess).SetInterCommunal(row.InterCommunal).
			AddOperatorIDs(row.Operators...).
			Save(ctx)
		if err != nil {
			return nil, err
		}
		i.points[key] = created
		return created, nil
	}
	if same(pointOf(there), row) {
		i.report.ReceptionPoints.Unchanged++
		return there, nil
	}
	i.report.ReceptionPoints.Changed++
	update := i.tx.ReceptionPoint.UpdateOne(there).
		SetName(row.Name).SetAddress(row.Address).SetPostalCode(row.PostalCode).SetCommuneID(row.CommuneID).
		SetLatitude(row.At.Latitude).SetLongitude(row.At.Longitude).SetNillablePhone(row.Phone).
		SetLanguages(row.Languages).SetStepFreeAccess(row.StepFreeAccess).SetInterCommunal(row.InterCommunal).
		ClearOperators().AddOperatorIDs(row.Operators...)
	if row.Phone == nil {
		update.ClearPhone()
	}
	return there, update.Exec(ctx)
}

func pointOf(p *ent.ReceptionPoint) pointRow {
	row := pointRow{
		p.Name, p.Address, p.PostalCode, p.CommuneID,
		domain.Coordinates{Latitude: p.Latitude, Longitude: p.Longitude},
		p.Phone, p.Languages, p.StepFreeAccess, p.InterCommunal, nil,
	}
	for _, o := range p.Edges.Operators {
		row.Operators = append(row.Operators, o.ID)
	}
	slices.Sort(row.Operators)
	return row
}

// period is a stretch of days, half-open, without end when Until is nil.
type period struct {
	From  domain.Date
	Until *domain.Date
}

// covers tells whether the period holds that day.
func (p period) covers(day domain.Date) bool {
	return !day.Before(p.From) && (p.Until == nil || day.Before(*p.Until))
}

// importAgreement makes the file's level hold from its first day on: an earlier
// agreement that is still in force then ends there, and what was planned for
// later is replaced.
func (i *directoryImport) importAgreement(ctx context.Context, p *ent.ReceptionPoint, f directoryfile.ReceptionPoint) error {
	until := optional(f.LevelUntil)
	stands := false
	for _, a := range p.Edges.Agreements {
		at := period{a.ValidFrom, a.ValidUntil}
		switch {
		case a.ValidFrom == f.LevelFrom && a.Level == f.Level && a.Means == f.Means && same(a.ValidUntil, until):
			stands = true
		case !a.ValidFrom.Before(f.LevelFrom):
			if err := i.tx.Agreement.DeleteOne(a).Exec(ctx); err != nil {
				return err
			}
		case at.covers(f.LevelFrom):
			i.report.Agreements.Changed++
			if err := a.Update().SetValidUntil(f.LevelFrom).Exec(ctx); err != nil {
				return err
			}
		}
	}
	if stands {
		i.report.Agreements.Unchanged++
		return nil
	}
	i.report.Agreements.Added++
	return i.tx.Agreement.Create().
		SetID(importedID(domain.AgreementPrefix, f.Key, f.LevelFrom)).SetReceptionPointID(p.ID).
		SetLevel(f.Level).SetMeans(f.Means).SetValidFrom(f.LevelFrom).SetNillableValidUntil(until).
		Exec(ctx)
}

// importWeeklyOpening makes the file's rule hold from its first day on, in the
// same way.
func (i *directoryImport) importWeeklyOpening(ctx context.Context, p *ent.ReceptionPoint, rule domain.WeeklyOpening) error {
	until := optional(rule.Until)
	intervals := rule.Intervals.Merge()
	for _, h := range p.Edges.OpeningHours {
		if h.Weekday == nil || *h.Weekday != rule.Weekday {
			continue
		}
		at := period{h.ValidFrom, h.ValidUntil}
		switch {
		case h.ValidFrom == rule.From && same(h.Intervals, intervals) && same(h.ValidUntil, until):
			i.report.OpeningHours.Unchanged++
			return nil
		case !h.ValidFrom.Before(rule.From):
			if err := i.tx.OpeningHours.DeleteOne(h).Exec(ctx); err != nil {
				return err
			}
		case at.covers(rule.From):
			i.report.OpeningHours.Changed++
			if err := h.Update().SetValidUntil(rule.From).AddVersion(1).Exec(ctx); err != nil {
				return err
			}
		}
	}
	i.report.OpeningHours.Added++
	return i.tx.OpeningHours.Create().
		SetID(importedID(domain.OpeningHoursPrefix, p.Key, rule.Weekday, rule.From)).SetReceptionPointID(p.ID).
		SetWeekday(rule.Weekday).SetIntervals(intervals).
		SetValidFrom(rule.From).SetNillableValidUntil(until).
		Exec(ctx)
}

// endMissingWeekdays ends the rules of the weekdays that the file's new week does
// not have: on those days the doors now stay shut.
func (i *directoryImport) endMissingWeekdays(ctx context.Context, p *ent.ReceptionPoint, week []domain.WeeklyOpening) error {
	if len(week) == 0 {
		return nil // hours not known: what was declared stands
	}
	from := week[0].From
	for _, h := range p.Edges.OpeningHours {
		named := slices.ContainsFunc(week, func(r domain.WeeklyOpening) bool {
			return h.Weekday != nil && r.Weekday == *h.Weekday
		})
		if h.Weekday == nil || named || (h.ValidUntil != nil && !from.Before(*h.ValidUntil)) {
			continue
		}
		i.report.OpeningHours.Changed++
		if !h.ValidFrom.Before(from) {
			if err := i.tx.OpeningHours.DeleteOne(h).Exec(ctx); err != nil {
				return err
			}
			continue
		}
		if err := h.Update().SetValidUntil(from).AddVersion(1).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}
