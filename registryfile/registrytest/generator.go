package registrytest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"github.com/guichet-logement/guichet/registryfile"
)

// Generator makes files in all the ways in which they may be written.
type Generator struct {
	*rand.Rand
	// Type is that of the files, any where it is empty.
	Type registryfile.FileType
	// Communes are those that are wished for, some of many where there are none.
	Communes []string
	// From is the place of the first record among the numbers.
	From int
	// prefix is that of the interface in the record that is being written.
	prefix string
	out    strings.Builder
}

// New is a generator whose files follow from the seed.
func New(seed uint64) *Generator {
	return &Generator{Rand: rand.New(rand.NewPCG(seed, 38))} //nolint:gosec // files follow from the seed
}

func (g *Generator) pick(words string) string {
	all := strings.Fields(words)
	return all[g.IntN(len(all))]
}

func (g *Generator) often() bool  { return g.IntN(4) > 0 }
func (g *Generator) seldom() bool { return g.IntN(12) == 0 }

// File is one of that many records.
func (g *Generator) File(records int) string {
	root := g.pick("ns1 ns2 s nuu a-b _x é")
	g.prefix = root
	typ := g.pick("CRE CRS MOD REN RAD SUP DIS RET COP")
	if g.Type != "" {
		typ = string(g.Type)
	}
	head := `<?xml version="1.0" encoding="UTF-8"?>`
	if g.seldom() {
		head = "\ufeff" + head
	}
	if g.seldom() {
		head = ""
	}
	other := ""
	if g.often() {
		other = ` xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://nuu.application.i2/ a.xsd"`
	}
	open := fmt.Sprintf(`%s<!-- <%s:demande> --><%s:interfaceNuu versionInterface=%q xmlns:%s="http://nuu.application.i2/"%s>`,
		head, root, root, g.pick("02.00 02.01"), root, other)
	g.element("entete", "", func() {
		g.coded("typeFichier", typ)
		g.leaf("dateFichier", fmt.Sprintf("2026-03-%02dT09:30:00.%03d+01:00", 1+g.IntN(28), g.IntN(1000)))
		g.leaf("numGuichet", fmt.Sprintf("G%04d", g.IntN(10000)))
		g.unknown()
	})
	header := g.take()
	var each []string
	for i := range records {
		g.prefix = root
		each = append(each, g.record(i))
	}
	g.prefix = root
	return open + header + strings.Join(each, []string{"\n", "\r\n", ""}[g.IntN(3)]+"<!-- </"+root+":demande> -->\n") + "</" + root + ":interfaceNuu>"
}

func (g *Generator) take() string {
	defer g.out.Reset()
	return g.out.String()
}

func (g *Generator) record(i int) string {
	declared := ""
	switch g.IntN(6) {
	case 0:
		g.prefix, declared = "own", ` xmlns:own="http://nuu.application.i2/"`
	case 1:
		g.prefix, declared = "", ` xmlns="http://nuu.application.i2/"`
	}
	g.element("demande", declared, func() {
		g.element("demandeLogement", "", func() {
			g.leaf("numUnique", Numbered(g.From+i))
			g.leaf("dateCreationDemande", g.day())
			g.unknown()
			g.element("personnePhysique", "", g.household)
			g.search()
			g.annex()
			if g.seldom() {
				g.coded("motifRadiation", g.pick("RADATT RADREN RADABA RADIRR RADCON"))
			}
		})
	})
	return g.take()
}

func (g *Generator) household() {
	g.element("demandeur", "", func() { g.adult(false) })
	g.maybe("listePersonneACharge", func() {
		for range g.IntN(4) {
			g.element("personneACharge", "", func() { g.named(); g.coded("sexe", g.pick("M F")); g.coded("lienParente", g.pick("P E A")) })
		}
	})
	g.maybe("personneANaitre", func() { g.leaf("nombre", strconv.Itoa(1+g.IntN(3))); g.leaf("dateNaissancePrevue", g.day()) })
	g.maybe("listePersonneEnGarde", func() {
		for range g.IntN(3) {
			g.element("personneEnGarde", "", func() {
				g.leaf("dateNaissance", g.day())
				g.coded("sexe", g.pick("M F"))
				g.coded("coParentalite", g.pick("G D"))
			})
		}
	})
	g.maybe("listeCotitulaire", func() {
		for range g.IntN(3) {
			g.element("cotitulaire", "", func() { g.adult(true) })
		}
	})
	g.maybe("logementActuel", func() {
		g.element("listeModeleLogement", "", func() {
			g.coded("modeleLogement", g.pick("HLM LP RS RHVS RE SLHT SH CDEFCM CPE CP LTG FONC POCC CAMCAR HOT SD SQUAT"))
		})
		g.leaf("montantMensuelLoyer", g.amount())
		g.leaf("nombreHabitant", strconv.Itoa(1+g.IntN(9)))
		g.coded("categorieLogement", g.pick("A M"))
		g.coded("typeLogementActuel", g.pick("C T1 T2 T3 T4 T5 T6P"))
		g.leaf("surface", g.amount())
		g.leaf("proprietaire", g.pick("true false 1 0"))
		g.maybe("bailleur", func() { g.leaf("nomBailleur", g.words()); g.leaf("siren", "213801855") })
		g.leaf("montantAideLogement", g.amount())
	})
}

func (g *Generator) named() {
	g.leaf("nom", g.words())
	if g.often() {
		g.leaf("nomPatronymique", g.words())
	}
	g.leaf("prenom", g.words())
	g.leaf("dateNaissance", g.day()+g.zone())
	g.unknown()
}

func (g *Generator) adult(co bool) {
	g.coded("civilite", g.pick("1 2 3"))
	g.named()
	g.coded("nationalite", g.pick("1 2 3"))
	g.coded("situationFamiliale", g.pick("C M D S P U V"))
	if co {
		g.coded("lienDemandeur", g.pick("M P C L"))
	}
	g.leaf("telPortable", g.pick("0600000000 +33600000000 06.00.00.00.00"))
	g.leaf("mel", g.pick("a@example.org b.c@example.org"))
	g.maybe("accordMelSms", func() { g.leaf("mel", ""); g.leaf("sms", g.pick("true false")) })
	g.maybe("structureAccompagnement", func() { g.leaf("nomStructure", g.words()); g.leaf("consentement", "true") })
	g.maybe("adressePostale", func() {
		g.leaf("etranger", "false")
		g.leaf("numero", strconv.Itoa(g.IntN(300)))
		g.leaf("chez", g.words())
		g.leaf("voie", g.words())
		g.leaf("codePostal", "38100")
		g.coded("commune", g.pick("38185 38516 2A004"))
	})
	g.maybe("situationProfessionnelle", func() {
		g.leaf("profession", g.words())
		g.coded("typeContratTravail", g.pick("CDI CDD ART CHO APP ETU RET AUT"))
		g.leaf("siretEmployeur", "21380185500015")
		g.leaf("etranger", "false")
		g.leaf("codePostal", "38700")
		g.coded("commune", "38516")
	})
	g.maybe("revenuFiscal", func() {
		g.leaf("anneeMoins1", "2025")
		g.leaf("montantMoins1", g.amount())
		g.leaf("anneeMoins2", "2024")
		g.leaf("montantMoins2", g.amount())
	})
	g.resources("listeRessourceRecue", "SAL RET CHO PAR PINV AF AAH AEEH AJPP RSA AMV PAJE BE AUT")
	g.resources("listeRessourceVersee", "PAV")
	if !co {
		g.resources("listeRessourceRecuePersACharge", "BE AEEH")
		g.resources("listeRessourceVerseePersACharge", "PAV")
	}
}

func (g *Generator) resources(list, codes string) {
	g.maybe(list, func() {
		for range g.IntN(4) {
			g.element("detailRessource", "", func() { g.coded("ressource", g.pick(codes)); g.leaf("montant", g.amount()) })
		}
	})
}

func (g *Generator) search() {
	g.element("logementRecherche", "", func() {
		g.leaf("demandeElargie", g.pick("true false"))
		g.coded("categorieLogement", g.pick("A M I"))
		g.element("listeTypeLogement", "", func() {
			g.coded("typeLogement", "T3")
			g.coded("typeLogement", g.pick("C T1 T2 T4 T5 T6P"))
		})
		g.element("listeLocalisationSouhaite", "", func() {
			for i := range 1 + g.IntN(8) {
				commune := fmt.Sprintf("38%03d", 100+i)
				if len(g.Communes) > 0 {
					commune = g.Communes[(i*i)%len(g.Communes)]
				}
				g.element("localisationSouhaite", "", func() { g.coded("commune", commune); g.unknown() })
			}
		})
		g.maybe("listeMotifDemande", func() {
			for i := range g.IntN(4) {
				g.coded("motifDemande", fmt.Sprintf("%02d", 1+i*6))
			}
		})
		g.leaf("nombrePersonneALoger", strconv.Itoa(1+g.IntN(8)))
		g.leaf("complement", g.words()+"\n"+g.words())
	})
}

// annex is that of a disability, one for each person.
func (g *Generator) annex() {
	for range g.IntN(3) {
		g.element("complementHandicap", "", func() {
			g.leaf("nom", g.words())
			g.coded("etatHandicap", g.pick("STA EVO"))
			g.coded("capaciteMarcheHandicap", g.pick("1 2 3 4"))
			g.coded("natureHandicapMoteur", g.pick("MS MI"))
			g.coded("natureHandicapSensoriel", g.pick("DA DV"))
			g.element("listeAideTechnique", "", func() {
				for range g.IntN(3) {
					g.coded("aideTechniqueHandicap", g.pick("1 2 3 4 5 6 7"))
				}
			})
			g.element("listeEquipement", "", func() {
				for range g.IntN(3) {
					g.coded("equipementHandicap", g.pick("1 2 3 4 5 6"))
				}
			})
		})
	}
}

// unknown is something that nobody here has heard of.
func (g *Generator) unknown() {
	switch {
	case !g.seldom():
	case g.often():
		g.element("nouveau"+g.pick("A B C"), "", func() { g.leaf("valeur", g.words()); g.coded("liste", "ZZ9") })
	default:
		fmt.Fprintf(&g.out, `<x:extra xmlns:x="urn:extra" x:b='2 > 1' a="&lt;&#xE9;&#10;" c="%s">%s<x:y xmlns="urn:y"><z xml:lang="fr"/> mixed </x:y>tail</x:extra>`,
			g.pick("1 2"), strings.NewReplacer("&", "&amp;", "<", "&lt;").Replace(g.words()))
	}
}

func (g *Generator) maybe(name string, inside func()) {
	if g.often() {
		g.element(name, "", inside)
	}
}

func (g *Generator) coded(name, code string) {
	g.layout()
	quote := g.pick(`" '`)
	fmt.Fprintf(&g.out, "<%s code=%s%s%s", g.q(name), quote, code, quote)
	if g.often() {
		g.out.WriteString("/>")
		return
	}
	fmt.Fprintf(&g.out, "></%s >", g.q(name))
}

func (g *Generator) leaf(name, text string) {
	g.layout()
	g.out.WriteString("<" + g.q(name) + ">")
	for _, r := range text {
		switch {
		case r == '<' || r == '&' || g.seldom():
			fmt.Fprintf(&g.out, "&#%d;", r)
		case r != '\n' && r != ']' && g.seldom():
			fmt.Fprintf(&g.out, "<![CDATA[%c]]>", r)
		case r == 'e' && slices.Contains([]string{"complement", "valeur", "voie", "nom"}, name) && g.seldom():
			g.out.WriteString("<![CDATA[e</" + g.q("demande") + ">]]>")
		default:
			g.out.WriteRune(r)
		}
		if g.IntN(60) == 0 && !strings.HasPrefix(name, "da") {
			g.out.WriteString("<!-- <" + g.q("demande") + " > & -->")
		}
	}
	g.out.WriteString("</" + g.q(name) + ">")
}

func (g *Generator) element(name, declared string, inside func()) {
	g.layout()
	g.out.WriteString("<" + g.q(name) + declared + ">")
	inside()
	g.layout()
	g.out.WriteString("</" + g.q(name) + ">")
}

func (g *Generator) q(name string) string {
	if g.prefix == "" {
		return name
	}
	return g.prefix + ":" + name
}

func (g *Generator) layout() {
	switch g.IntN(5) {
	case 0:
		g.out.WriteString("\n\t ")
	case 1:
		g.out.WriteString("\r\n")
	case 2:
		if g.seldom() {
			g.out.WriteString("<!-- note -->")
		}
	}
}

func (g *Generator) words() string {
	var all []string
	for range 1 + g.IntN(3) {
		all = append(all, g.pick("EXEMPLE Camille d'Arc Œuvre <rue> & l'Étoile \"citée\" ]] 𝄞 Ça 2026 12/03 —"))
	}
	return strings.Join(all, " ")
}

func (g *Generator) day() string {
	return fmt.Sprintf("%d-%02d-%02d", 1930+g.IntN(96), 1+g.IntN(12), 1+g.IntN(28))
}

func (g *Generator) zone() string { return []string{"", "", "", "Z", "+01:00"}[g.IntN(5)] }

func (g *Generator) amount() string { return []string{"0", "640", "640.5", "12345.67"}[g.IntN(4)] }
