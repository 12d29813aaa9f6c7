package sandbox

import (
	"github.com/guichet-logement/guichet/domain"
)

// PartnerApp is a fictional app that a developer can act as. Its secret is published,
// as the sandbox's keys are: a sandbox holds nothing that is anybody's.
type PartnerApp struct {
	// Key names the app here.
	Key string
	// ClientID and Secret are its credential at /oauth/token.
	ClientID domain.ID
	Secret   string
	// What is it, in a few words.
	About string
	// Organisation is a key of the directory.
	Organisation string
	Settings     domain.PartnerAppSettings
}

// PartnerApps lists the apps of the sandbox, always in the same order.
func PartnerApps() []PartnerApp {
	everything := []domain.AppScope{domain.DirectoryScope, domain.StockScope, domain.StatisticsScope}
	app := func(key, about, organisation string, s domain.PartnerAppSettings) PartnerApp {
		// Long after the last day that the sandbox's clock can show.
		s.ValidUntil = domain.NewDate(2150, 1, 1)
		s.Operations, s.Networks, s.PublicKeys = []string{}, []string{}, []string{}
		if s.Origins == nil {
			s.Origins = []string{}
		}
		if s.Audiences == nil {
			s.Audiences = []string{}
		}
		return PartnerApp{
			Key: key, ClientID: domain.DerivedID(domain.PartnerAppPrefix, epoch, key), Secret: "guichet_secret_of-the-sandbox-" + key,
			About: about, Organisation: organisation, Settings: s,
		}
	}
	return []PartnerApp{
		app("commune-grenoble-portal", "a commune's portal: it acts for the commune's agents", "commune-grenoble", domain.PartnerAppSettings{
			Name: "Portail de Grenoble", Scopes: append(everything[:2:2], domain.StatisticsScope, domain.ActForPersonScope),
			Audiences: []string{"portail-grenoble"},
		}),
		app("landlord-balcons-de-belledonne-app", "a landlord's mobile app: the stock, and for the landlord's people", "landlord-"+slug(landlords[0]), domain.PartnerAppSettings{
			Name: "Balcons de Belledonne mobile", Scopes: []domain.AppScope{domain.DirectoryScope, domain.StockScope, domain.ActForPersonScope},
		}),
		app("metropole-map", "a map front-end: it reads what is public, from a browser too", "metropole", domain.PartnerAppSettings{
			Name: "Carte du parc social", Scopes: everything, ReadOnly: true, Origins: []string{"http://localhost:5173"},
		}),
	}
}
