package graph

import (
	"context"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/applicationsummary"
	"github.com/guichet-logement/guichet/ent/predicate"
	"github.com/guichet-logement/guichet/service"
)

// Application finds an application by its national number; unknown and invisible are
// both nothing.
func (r queryResolver) Application(ctx context.Context, uniqueNumber domain.UniqueNumber) (*ent.Application, error) {
	q, err := r.ent.Application.Query().Where(service.ByNumber(auth.FromContext(ctx), uniqueNumber)).CollectFields(ctx)
	if err != nil {
		return nil, err
	}
	a, err := q.Only(ctx)
	return a, ent.MaskNotFound(err)
}

// Applications lists the applications that a ground opens to the viewer.
func (r queryResolver) Applications(
	ctx context.Context, after *ent.Cursor, first *int, before *ent.Cursor, last *int,
	orderBy *ent.ApplicationOrder, where *ent.ApplicationWhereInput,
) (*ent.ApplicationConnection, error) {
	q, v := r.ent.Application.Query(), auth.FromContext(ctx)
	if orderBy == nil && where == nil {
		service.OnPage(v, q, after, before, first, last)
	} else {
		service.PlannedForCaller(q)
	}
	// The field is a copy of ent's, and no pointer to it.
	if orderBy != nil && orderBy.Field.String() == ent.ApplicationOrderFieldRegisteredOn.String() {
		q.Where(service.OrderedByDate())
	}
	return q.Paginate(ctx, after, first, before, last,
		ent.WithApplicationOrder(orderBy), ent.WithApplicationFilter(where.Filter))
}

// States keeps the applications in one of these states.
func (applicationFilterResolver) States(_ context.Context, where *ent.ApplicationWhereInput, states []domain.ApplicationState) error {
	where.StateIn = orNothing(states)
	return tooMany("where.states", len(states))
}

// Search keeps the applications of these names, or of this number.
func (applicationFilterResolver) Search(ctx context.Context, where *ent.ApplicationWhereInput, text *string) error {
	if text == nil {
		return nil
	}
	found, err := service.Found(auth.FromContext(ctx), *text)
	if err == nil {
		where.AddPredicates(found)
	}
	return err
}

// Phone keeps the applications with this telephone.
func (applicationFilterResolver) Phone(ctx context.Context, where *ent.ApplicationWhereInput, phone *domain.PhoneNumber) error {
	if phone != nil {
		where.AddPredicates(service.Reachable(auth.FromContext(ctx), *phone))
	}
	return nil
}

// FollowingPoints keeps the applications that one of these points follows.
func (applicationFilterResolver) FollowingPoints(_ context.Context, where *ent.ApplicationWhereInput, ids []domain.ID) error {
	if ids != nil {
		where.AddPredicates(service.WithSummary(applicationsummary.FollowingPointIDIn(ids...)))
	}
	return tooMany("where.followingPoints", len(ids))
}

// Followed keeps the applications that some point follows, or that none does.
func (applicationFilterResolver) Followed(_ context.Context, where *ent.ApplicationWhereInput, followed *bool) error {
	if followed != nil {
		such := applicationsummary.FollowingPointIDIsNil()
		if *followed {
			such = applicationsummary.FollowingPointIDNotNil()
		}
		where.AddPredicates(service.WithSummary(such))
	}
	return nil
}

// Typologies keeps the applications that look for one of these typologies.
func (applicationFilterResolver) Typologies(_ context.Context, where *ent.ApplicationWhereInput, typologies []domain.Typology) error {
	if typologies != nil {
		where.AddPredicates(service.WithSummary(service.LookingFor(typologies)))
	}
	return tooMany("where.typologies", len(typologies))
}

// HouseholdSize keeps the applications with so many people to house.
func (applicationFilterResolver) HouseholdSize(_ context.Context, where *ent.ApplicationWhereInput, r *domain.IntRange) error {
	if r == nil {
		return nil
	}
	var such []predicate.ApplicationSummary
	if r.Min != nil {
		such = append(such, applicationsummary.HouseholdSizeGTE(*r.Min))
	}
	if r.Max != nil {
		such = append(such, applicationsummary.HouseholdSizeLTE(*r.Max))
	}
	where.AddPredicates(service.WithSummary(such...))
	return nil
}

// RegisteredFrom keeps the applications first deposited on that day or later.
func (applicationFilterResolver) RegisteredFrom(_ context.Context, where *ent.ApplicationWhereInput, day *domain.Date) error {
	if day != nil {
		where.AddPredicates(service.WithSummary(applicationsummary.RegisteredOnGTE(*day)))
	}
	return nil
}

// RegisteredBefore keeps the applications first deposited before that day.
func (applicationFilterResolver) RegisteredBefore(_ context.Context, where *ent.ApplicationWhereInput, day *domain.Date) error {
	if day != nil {
		where.AddPredicates(service.WithSummary(applicationsummary.RegisteredOnLT(*day)))
	}
	return nil
}

// Housing keeps the applications of households that are housed in one of these ways.
func (applicationFilterResolver) Housing(_ context.Context, where *ent.ApplicationWhereInput, classes []domain.HousingClass) error {
	if classes != nil {
		where.AddPredicates(service.WithFile(applicationfile.HousingIn(classes...)))
	}
	return tooMany("where.housing", len(classes))
}

// Reasons keeps the applications for one of these reasons.
func (applicationFilterResolver) Reasons(_ context.Context, where *ent.ApplicationWhereInput, codes []string) error {
	if codes != nil {
		where.AddPredicates(service.WithFile(service.ForReasons(codes)))
	}
	return ofCodeList("where.reasons", "requestReason", codes)
}
