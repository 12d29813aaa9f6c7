package domain

import (
	"io"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// AppScope is a part of the API that a partner app may use. A scope narrows; it
// never opens a row that the app's organisation or person does not see.
type AppScope string

// The scopes.
const (
	// DirectoryScope is communes, organisations, reception points and what they offer.
	DirectoryScope AppScope = "DIRECTORY"
	// StockScope is buildings, dwellings and the vintages of the stock file.
	StockScope AppScope = "STOCK"
	// StatisticsScope is tables and facets.
	StatisticsScope AppScope = "STATISTICS"
	// ActForPersonScope lets the app exchange a person's token and act for that person.
	ActForPersonScope AppScope = "ACT_FOR_PERSON"
	// ApplicationsScope is applications, for a person and never for the app alone.
	ApplicationsScope AppScope = "APPLICATIONS"
)

// Values lists the scopes in the order of the contract.
func (AppScope) Values() []string {
	return []string{string(DirectoryScope), string(StockScope), string(StatisticsScope), string(ActForPersonScope), string(ApplicationsScope)}
}

// MarshalGQL writes the word of the contract.
func (s AppScope) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *AppScope) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// AppNotice says that the end of an app is near or past.
type AppNotice string

// The notices.
const (
	AppExpiresThisMonth AppNotice = "EXPIRES_WITHIN_30_DAYS"
	AppExpiresThisWeek  AppNotice = "EXPIRES_WITHIN_7_DAYS"
	AppExpired          AppNotice = "EXPIRED"
)

// Values lists the notices in the order of the contract.
func (AppNotice) Values() []string {
	return []string{string(AppExpiresThisMonth), string(AppExpiresThisWeek), string(AppExpired)}
}

// MarshalGQL writes the word of the contract.
func (n AppNotice) MarshalGQL(w io.Writer) { marshalEnum(w, n) }

// UnmarshalGQL reads the word of the contract.
func (n *AppNotice) UnmarshalGQL(v any) error { return unmarshalEnum(v, n) }

// NoticeOf tells what is to be said on that day of an app that is good until
// another, empty while there is nothing to say.
func NoticeOf(validUntil, today Date) AppNotice {
	switch {
	case !today.Before(validUntil):
		return AppExpired
	case !today.AddDays(7).Before(validUntil):
		return AppExpiresThisWeek
	case !today.AddDays(30).Before(validUntil):
		return AppExpiresThisMonth
	}
	return ""
}

// The bounds of what an app is registered with.
const (
	// MaxAppName is in characters.
	MaxAppName = 100
	// MaxAppDays is the longest life of an app, in days: somebody should look at it
	// again within two years.
	MaxAppDays = 731
	// MaxLiveSecrets is one in use and one to replace it with.
	MaxLiveSecrets = 2

	maxAppOperations = 200
	maxAppOrigins    = 20
	maxAppNetworks   = 20
	maxAppAudiences  = 5
	maxAppKeys       = 4
	maxAppPoints     = 50
	maxAppCommunes   = 49
	maxAppAudience   = 200 // characters
)

// PartnerAppSettings are what a partner app may do and from where, as its
// organisation wants it. An empty list of points, communes, operations or networks
// sets no limit; an empty list of origins lets no browser in.
type PartnerAppSettings struct {
	Name              string
	Scopes            []AppScope
	ReadOnly          bool
	ReceptionPointIDs []ID
	Territory         []InseeCode
	// Operations are SHA-256 of documents, in hexadecimal.
	Operations []string
	// Origins are those of browsers, exact.
	Origins []string
	// Networks are the addresses from which the app calls, as CIDR.
	Networks []string
	// Audiences are the names of the app at the identity providers of its people.
	Audiences []string
	// PublicKeys are JWK: what they hold is judged where keys are known.
	PublicKeys []string
	ValidUntil Date
}

// Announce checks settings that somebody wants from today on.
func (s PartnerAppSettings) Announce(today Date) Refusals {
	var all Refusals
	name := strings.TrimSpace(s.Name)
	if name == "" || name != s.Name || utf8.RuneCountInString(name) > MaxAppName || strings.ContainsFunc(name, unicode.IsControl) {
		all = append(all, refuse(Invalid,
			"Give a name of 1 to 100 characters on one line, without spaces around it.",
			"Donner un nom de 1 à 100 caractères sur une ligne, sans espaces autour.", "settings", "name"))
	}
	if len(s.Scopes) == 0 {
		all = append(all, refuse(Invalid,
			"Name at least one scope: an app without any can do nothing.",
			"Nommer au moins une portée : une application sans portée ne peut rien faire.", "settings", "scopes"))
	}
	if !today.Before(s.ValidUntil) || today.AddDays(MaxAppDays).Before(s.ValidUntil) {
		all = append(all, refuse(Invalid,
			"An app is good until a day from tomorrow on, within two years.",
			"Une application vaut jusqu'à un jour à partir de demain, dans les deux ans.", "settings", "validUntil"))
	}
	all = append(all, unique("scopes", s.Scopes, len(AppScope("").Values()), nil)...)
	all = append(all, unique("receptionPointIds", s.ReceptionPointIDs, maxAppPoints, nil)...)
	all = append(all, unique("territory", s.Territory, maxAppCommunes, nil)...)
	all = append(all, unique("operations", s.Operations, maxAppOperations, badOperation)...)
	all = append(all, unique("origins", s.Origins, maxAppOrigins, badOrigin)...)
	all = append(all, unique("networks", s.Networks, maxAppNetworks, badNetwork)...)
	all = append(all, unique("audiences", s.Audiences, maxAppAudiences, badAudience)...)
	return append(all, unique("publicKeys", s.PublicKeys, maxAppKeys, nil)...)
}

// unique checks a list of the settings: its length, that nothing stands twice, and
// each value by a rule that gives back what is wrong with it.
func unique[T ~string](field string, values []T, most int, bad func(string) *Text) Refusals {
	if len(values) > most {
		return Refusals{refuse(Invalid, "At most "+strconv.Itoa(most)+" values.", strconv.Itoa(most)+" valeurs au plus.", "settings", field)}
	}
	var all Refusals
	for i, v := range values {
		at := []string{"settings", field, strconv.Itoa(i)}
		if slices.Contains(values[:i], v) {
			all = append(all, refuse(Duplicate, "This value stands twice.", "Cette valeur figure deux fois.", at...))
			continue
		}
		if bad == nil {
			continue
		}
		if why := bad(string(v)); why != nil {
			all = append(all, refuse(Invalid, why.EN, why.FR, at...))
		}
	}
	return all
}

func badOperation(s string) *Text {
	if len(s) == 64 && strings.Trim(s, "0123456789abcdef") == "" {
		return nil
	}
	return &Text{
		EN: "Give the SHA-256 of the document, 64 hexadecimal digits in lower case.",
		FR: "Donner le SHA-256 du document, 64 chiffres hexadécimaux en minuscules.",
	}
}

// badOrigin refuses what a browser would never send: a path, a wildcard, capitals.
func badOrigin(s string) *Text {
	u, err := url.Parse(s)
	if err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil &&
		s == u.Scheme+"://"+u.Host && s == strings.ToLower(s) && !strings.Contains(s, "*") {
		return nil
	}
	return &Text{
		EN: "Write an origin as scheme://host[:port], exact and in lower case: https://app.example.",
		FR: "Écrire une origine comme schéma://hôte[:port], exacte et en minuscules : https://app.example.",
	}
}

func badNetwork(s string) *Text {
	if p, err := netip.ParsePrefix(s); err == nil && p == p.Masked() && p.Bits() > 0 {
		return nil
	}
	return &Text{
		EN: "Write a network as CIDR, without bits beyond its length: 192.0.2.0/24.",
		FR: "Écrire un réseau en CIDR, sans bits au-delà de sa longueur : 192.0.2.0/24.",
	}
}

func badAudience(s string) *Text {
	if s != "" && s == strings.TrimSpace(s) && utf8.RuneCountInString(s) <= maxAppAudience && !strings.ContainsFunc(s, unicode.IsControl) {
		return nil
	}
	return &Text{
		EN: "Write the app's identifier at the identity provider, 1 to 200 characters.",
		FR: "Écrire l'identifiant de l'application chez le fournisseur d'identité, 1 à 200 caractères.",
	}
}

// Operation is a request of GraphQL as decisions see it: before it runs, and without
// its variables.
type Operation struct {
	// SHA256 is that of the document, in hexadecimal.
	SHA256 string
	// Writes tells a mutation.
	Writes bool
	// Types are the types of the contract that it selects something of, each once.
	Types []string
}
