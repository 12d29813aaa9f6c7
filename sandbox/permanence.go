package sandbox

import (
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/service"
)

// permanences are one in each state: a weekly one that mutualised staff hold, one that
// nobody is found for yet, one that a commune of level 2 would like, and what became of
// three others.
func permanences() []service.SandboxPermanence {
	afternoon := domain.PermanencePlan{Opens: domain.NewLocalTime(13, 30), Closes: domain.NewLocalTime(16, 30), Capacity: 6}
	on := func(rule string, from, until domain.Date) domain.PermanencePlan {
		p := afternoon
		p.Rule, p.FirstDay, p.Until = rule, from, until
		return p
	}
	year := domain.NewDate(2027, 7, 1)
	unforeseen := domain.PermanenceUnforeseen
	all := []service.SandboxPermanence{
		{
			Point: "mairie-venon", Reason: domain.PermanenceForRegistration, HeldBy: "metropole-agent",
			Permanence: domain.Permanence{
				PermanencePlan: on("FREQ=WEEKLY;BYDAY=WE", domain.NewDate(2026, 9, 2), year), State: domain.PermanenceStaffed,
				Records: []domain.PermanenceRecord{
					{Day: domain.NewDate(2026, 11, 4), State: domain.PermanenceHeld, Received: 7},
					{Day: domain.NewDate(2026, 11, 18), State: domain.PermanenceCancelled, CancelledFor: &unforeseen},
				},
			},
		},
		{
			Point: "mairie-murianette", Reason: domain.PermanenceForDistance, Permanence: domain.Permanence{
				PermanencePlan: on("FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", domain.NewDate(2026, 11, 27), year), State: domain.PermanencePlanned,
			},
		},
		{
			Point: "mairie-vif", Reason: domain.PermanenceForDemand, Permanence: domain.Permanence{
				PermanencePlan: on("FREQ=MONTHLY;BYDAY=1MO", domain.NewDate(2026, 12, 1), year), State: domain.PermanenceRequested,
			},
		},
		{
			Point: "mairie-herbeys", Reason: domain.PermanenceForRegistration, Permanence: domain.Permanence{
				PermanencePlan: on("", domain.NewDate(2026, 10, 12), domain.Date{}).Bounded(), State: domain.PermanenceHeld,
				Records: []domain.PermanenceRecord{{Day: domain.NewDate(2026, 10, 12), State: domain.PermanenceHeld, Received: 4}},
			},
		},
		{
			Point: "mairie-herbeys", Reason: domain.PermanenceForRegistration, Permanence: domain.Permanence{
				PermanencePlan: on("", domain.NewDate(2026, 11, 9), domain.Date{}).Bounded(), State: domain.PermanenceCancelled, CancelledFor: unforeseen,
			},
		},
		{
			Point: "mairie-gieres", Reason: domain.PermanenceForAbsence, Permanence: domain.Permanence{
				PermanencePlan: on("FREQ=WEEKLY;BYDAY=MO", domain.NewDate(2026, 10, 5), domain.NewDate(2026, 11, 1)), State: domain.PermanenceDeclined,
				DeclinedFor: domain.NoStaffForPermanence,
			},
		},
	}
	for i := range all {
		p := &all[i]
		key := p.Point + " " + p.FirstDay.String()
		p.ID = domain.DerivedID(domain.PermanencePrefix, staffEpoch, key)
		p.AvailabilityID = domain.DerivedID(domain.AvailabilityPrefix, staffEpoch, key)
		p.Organisation, p.RequestedBy, p.AnsweredBy, p.ServingPoint = "metropole", "metropole-steering", "metropole-manager", sharedDesk
		p.RequestedOn = domain.NewDate(2026, 8, 24)
	}
	return all
}
