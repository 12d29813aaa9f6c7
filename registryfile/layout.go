package registryfile

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/guichet-logement/guichet/domain"
)

// Namespace is that of every element of the interface.
const Namespace = "http://nuu.application.i2/"

// Versions are those of the interface that are read and written.
func Versions() []string { return []string{"02.00", "02.01"} }

// FileType says what the records of a file are for.
type FileType string

// The types of file.
const (
	Creation FileType = "CRE"
	// CreationBySeparation is of a household that left another application.
	CreationBySeparation FileType = "CRS"
	Change               FileType = "MOD"
	Renewal              FileType = "REN"
	Removal              FileType = "RAD"
	Deletion             FileType = "SUP"
	// Dispatch brings the registry's applications to who has a system of its own.
	Dispatch    FileType = "DIS"
	Return      FileType = "RET"
	DigitalCopy FileType = "COP"
)

// FileTypes lists the types of file.
func FileTypes() []FileType {
	return []FileType{
		Creation, CreationBySeparation, Change, Renewal, Removal, Deletion, Dispatch, Return, DigitalCopy,
	}
}

// required are the elements without which a record of that type is refused.
func (t FileType) required() []string {
	number := []string{"demandeLogement/numUnique"}
	whole := []string{
		"demandeLogement/dateCreationDemande",
		"demandeLogement/logementRecherche/demandeElargie",
		"demandeLogement/logementRecherche/listeTypeLogement/typeLogement@code",
		"demandeLogement/logementRecherche/listeLocalisationSouhaite/localisationSouhaite/commune@code",
	}
	switch t {
	case Creation, CreationBySeparation: // it asks for the number, or brings it
		return whole
	case Change, Dispatch:
		return append(number, whole...)
	default:
		return number
	}
}

// order is the sequence of the elements of each group, to confirm with the GIP-SNE. A
// star is on what may be repeated. An element that is not here is kept where it came.
//
// Groups and what they hold were seen in a public test file
// (betagouv/openfisca-demande-logement-social, examples/JDD_OPENFISCA.XML), in this
// order, but for: typeFichier, numGuichet and logementRecherche, which are those of the
// public library libsne, at places of ours; listeMotifDemande, telDomicile and
// motifRadiation, whose names are made after those of the code lists.
var order = sequences(map[string]string{
	"interfaceNuu":    "entete demande*",
	"entete":          "typeFichier dateFichier numGuichet",
	"demande":         "demandeLogement",
	"demandeLogement": "numUnique dateCreationDemande personnePhysique logementRecherche motifRadiation",
	"personnePhysique": "demandeur listePersonneACharge personneANaitre listePersonneEnGarde listeCotitulaire " +
		"logementActuel",
	"demandeur": "civilite nom nomPatronymique prenom dateNaissance nationalite situationFamiliale telDomicile " +
		"telPortable mel adressePostale " + means + " listeRessourceRecuePersACharge listeRessourceVerseePersACharge",
	"cotitulaire": "civilite nom nomPatronymique prenom dateNaissance nationalite situationFamiliale lienDemandeur " +
		"telDomicile telPortable mel adressePostale " + means,
	"personneACharge":                "nom nomPatronymique prenom dateNaissance sexe lienParente",
	"personneEnGarde":                "nom nomPatronymique prenom dateNaissance sexe coParentalite",
	"personneANaitre":                "nombre dateNaissancePrevue",
	"adressePostale":                 "etranger numero voie codePostal commune",
	"situationProfessionnelle":       "profession typeContratTravail nomEmployeurPrincipal etranger codePostal commune",
	"revenuFiscal":                   "anneeMoins1 montantMoins1 anneeMoins2 montantMoins2",
	"listePersonneACharge":           "personneACharge*",
	"listePersonneEnGarde":           "personneEnGarde*",
	"listeCotitulaire":               "cotitulaire*",
	"listeRessourceRecue":            "detailRessource*",
	"listeRessourceVersee":           "detailRessource*",
	"listeRessourceRecuePersACharge": "detailRessource*", "listeRessourceVerseePersACharge": "detailRessource*",
	"detailRessource": "ressource montant",
	"logementActuel": "listeModeleLogement montantMensuelLoyer nombreHabitant categorieLogement typeLogementActuel " +
		"surface proprietaire",
	"listeModeleLogement":       "modeleLogement*",
	"logementRecherche":         "demandeElargie listeTypeLogement listeLocalisationSouhaite listeMotifDemande",
	"listeTypeLogement":         "typeLogement*",
	"listeLocalisationSouhaite": "localisationSouhaite*",
	"localisationSouhaite":      "commune",
	"listeMotifDemande":         "motifDemande*",
})

const means = "situationProfessionnelle revenuFiscal listeRessourceRecue listeRessourceVersee"

// sequence is the order of a group, and which of its elements may be repeated.
type sequence struct {
	at   map[string]int
	many map[string]bool
}

func sequences(groups map[string]string) map[string]sequence {
	all := map[string]sequence{}
	for group, words := range groups {
		s := sequence{map[string]int{}, map[string]bool{}}
		for i, word := range strings.Fields(words) {
			name, many := strings.CutSuffix(word, "*")
			s.at[name], s.many[name] = i, many
		}
		all[group] = s
	}
	return all
}

// codes are those of the attribute "code" of an element: facts of the interface 02.01.
// An empty code is none.
var codes = words(map[string]string{
	"typeFichier":             "CRE CRS MOD REN RAD SUP DIS RET COP",
	"civilite":                "1 2 3",
	"nationalite":             "1 2 3",
	"situationFamiliale":      "C M D S P U V",
	"lienDemandeur":           "M P C L",
	"sexe":                    "M F",
	"lienParente":             "P E A",
	"coParentalite":           "G D",
	"typeContratTravail":      "CDI CDD ART CHO APP ETU RET AUT",
	"ressource":               "SAL RET CHO PAR PINV AF AAH AEEH AJPP RSA AMV PAJE BE AUT PAV",
	"modeleLogement":          "HLM LP RS RHVS RE SLHT SH CDEFCM CPE CP LTG FONC POCC CAMCAR HOT SD SQUAT",
	"categorieLogement":       "A M I",
	"typeLogement":            typologies,
	"typeLogementActuel":      typologies,
	"motifDemande":            "01 02 03 04 05 06 07 08 09 10 11 12 13 14 15 16 17 18 19 20 21 22 23",
	"motifRadiation":          "RADATT RADREN RADABA RADIRR RADCON",
	"sousMotifIrrecevabilite": "IRRSEJ IRRRES",
	"etatHandicap":            "STA EVO",
	"capaciteMarcheHandicap":  "1 2 3 4",
	"natureHandicapMoteur":    "MS MI",
	"natureHandicapSensoriel": "DA DV",
	"aideTechniqueHandicap":   "1 2 3 4 5 6 7",
	"equipementHandicap":      "1 2 3 4 5 6",
	"typeReservataire":        "COLTER COLACT PPRIOR PFONCT AUTRES AUCUN",
	"accordCollectif":         "ACD ACI AUCUN NONDOC",
	"statutDalo":              "NON ACTIF CADUC ACTREL",
})

const typologies = "C T1 T2 T3 T4 T5 T6P"

func words(lists map[string]string) map[string][]string {
	all := map[string][]string{}
	for name, list := range lists {
		all[name] = strings.Fields(list)
	}
	return all
}

// form says how a value is written, whether it is, and what is said of one that is not.
type form struct {
	code   Code
	fits   func(string) bool
	en, fr string
}

// forms are those of the texts of elements.
var forms = map[string]form{
	"numUnique":           number,
	"dateCreationDemande": day, "dateNaissance": day, "dateNaissancePrevue": day,
	"dateFichier": {BadDate, parses(parseInstant), "an instant such as 2026-03-16T09:30:00.000+01:00", "un instant comme 2026-03-16T09:30:00.000+01:00"},
	"numGuichet":  {BadValue, matches(`[A-Z0-9]{5}`), "five characters such as G1234", "cinq caractères comme G1234"},
	"etranger":    flag, "proprietaire": flag, "demandeElargie": flag,
	"montantMoins1": amount, "montantMoins2": amount, "montant": amount, "montantMensuelLoyer": amount, "surface": amount,
	"anneeMoins1": year, "anneeMoins2": year,
	"nombre": count, "nombreHabitant": count,
	"telDomicile": phone, "telPortable": phone,
	"nom": name, "nomPatronymique": name, "prenom": name,
	"mel": {BadValue, parses(domain.ParseEmailAddress), "an address such as name@example.org", "une adresse comme nom@exemple.org"},
}

var (
	number = form{BadNumber, parses(domain.ParseUniqueNumber), "a number of 18 characters such as 0380326012345G1234", "un numéro de 18 caractères comme 0380326012345G1234"}
	day    = form{BadDate, parses(parseDay), "a day such as 2026-03-16, from 1900 to 2200", "un jour comme 2026-03-16, de 1900 à 2200"}
	flag   = form{BadValue, matches(`true|false|1|0`), "true or false", "true ou false"}
	amount = form{BadValue, matches(`[0-9]{1,9}(\.[0-9]{1,2})?`), "an amount such as 640 or 640.50", "un montant comme 640 ou 640.50"}
	year   = form{BadValue, matches(`(19|20|21)[0-9]{2}`), "a year such as 2026", "une année comme 2026"}
	count  = form{BadValue, matches(`[0-9]{1,3}`), "a whole number", "un nombre entier"}
	phone  = form{BadValue, parses(domain.ParsePhoneNumber), "a telephone number such as 0476000000", "un numéro de téléphone comme 0476000000"}
	name   = form{TooLarge, func(s string) bool { return utf8.RuneCountInString(s) <= domain.MaxNameLength }, "a name of 100 characters at most", "un nom de 100 caractères au plus"}
	// place is the form of the code of a commune, which is in no list of the interface.
	place = form{UnknownCode, parses(domain.ParseInseeCode), "the INSEE code of a commune such as 38185", "le code INSEE d'une commune comme 38185"}
)

// codeForm is the form of the attribute "code" of an element, where it is known.
func codeForm(name string) (form, bool) {
	if name == "commune" {
		return place, true
	}
	list, ok := codes[name]
	all := strings.Join(list, ", ")
	return form{UnknownCode, func(s string) bool { return slices.Contains(list, s) }, "one of the codes " + all, "un des codes " + all}, ok
}

func matches(shape string) func(string) bool {
	return regexp.MustCompile(`^(?:` + shape + `)$`).MatchString
}

func parses[T any](parse func(string) (T, error)) func(string) bool {
	return func(s string) bool { _, err := parse(s); return err == nil }
}

// parseDay reads xs:date, whose time zone says nothing here.
func parseDay(s string) (domain.Date, error) { return domain.ParseDate(zone.ReplaceAllString(s, "")) }

var zone = regexp.MustCompile(`(Z|[+-][0-9]{2}:[0-9]{2})$`)

func parseInstant(s string) (time.Time, error) { return time.Parse(time.RFC3339Nano, s) }

// instant is how the registry writes the date of a file.
const instant = "2006-01-02T15:04:05.000-07:00"
