package oracle

import "time"

// World is everything on which it depends who sees what, at one instant.
type World struct {
	Now           time.Time
	Organisations map[string]Organisation
	// Points are the reception points, each with its commune.
	Points map[string]string
	// Contributing are the employers of the list that the Métropole confirmed, by SIRET.
	Contributing []string
	Applications []*Application
}

// Day is a day in Paris, as 2026-11-23. Days compare as words do; none is "".
type Day string

// add is so many days later.
func (d Day) add(days int) Day {
	on, err := time.Parse(time.DateOnly, string(d))
	if err != nil {
		return ""
	}
	return Day(on.AddDate(0, 0, days).Format(time.DateOnly))
}

// Organisation is one that staff works for.
type Organisation struct {
	Kind string
	// Registers: it is a registering body (service enregistreur).
	Registers bool
	// Commune is that of a commune; Territory are the communes in which a landlord has
	// dwellings, by the last list that was confirmed.
	Commune   string
	Territory []string
}

// Person is a member of staff.
type Person struct {
	ID             string
	Assignments    []Assignment
	Authorisations []Authorisation
}

// Assignment is what a person does, from a day on, before another.
type Assignment struct {
	ID, Organisation, Role string
	Points                 []string
	From, Until            Day
	// Confirmed: no second person is waited for, and none said no.
	Confirmed bool
}

// Authorisation is a named one: by whom it was given does not matter here.
type Authorisation struct {
	Organisation, Role string
	From, Until        Day
	// Revoked is the first day on which it holds no more.
	Revoked Day
}

// App is a partner app that acts for a person.
type App struct {
	Organisation string
	// Applications: it has the scope for them.
	Applications bool
	// Points and Communes limit it; none for no limit.
	Points, Communes []string
}

// Account is one of a portal of applicants.
type Account struct{ Issuer, Subject string }

// Caller is whoever asks. All fields are nil for an anonymous caller.
type Caller struct {
	Person  *Person
	Account *Account
	App     *App
}

// Application is what the rules look at in an application.
type Application struct {
	ID                string
	State             string // of the contract
	Erased, Protected bool
	// FollowingPoint follows it from the day FollowedSince on; "" when none does.
	FollowingPoint string
	FollowedSince  Day
	// Former are the points that handed it over, and until when they see it.
	Former []Former
	// Wishes are communes.
	Wishes []string
	// Employers are those of the adults, by SIRET.
	Employers   []string
	Bindings    []Binding
	NamedAgents []Naming
	// Orientations are those of the applicant to other points.
	Orientations []Orientation
	Proposals    []Proposal
	// Receptions and Emergencies are single openings of the file, for hours.
	Receptions, Emergencies []Opening
}

// Former is a point that followed an application.
type Former struct {
	Point string
	Until time.Time
}

// Proposal is a candidate for a dwelling of a landlord: by the landlord, or Designated by the
// holder of the reservation right under which it is, "" for none.
type Proposal struct {
	Landlord, Holder      string
	Designated            bool
	State                 string // of the contract
	On, Decided, Answered Day
}

// Orientation is an applicant who was sent from a point to another. Accepted is zero until
// it is, Ended until it is over; Lapsed: with the application, and not by a person.
type Orientation struct {
	From, To        string
	Accepted, Ended time.Time
	Lapsed          bool
}

// Binding is an account bound to a person of an application.
type Binding struct {
	Account
	Member string
	Since  time.Time
	Over   bool
}

// Naming is an agent named on a protected file, for an organisation.
type Naming struct {
	Person, Organisation string
	From, Until          Day
	Confirmed            bool
}

// Opening is access of one person, at a point or for an organisation.
type Opening struct {
	Person, Where string
	From, Until   time.Time
}
