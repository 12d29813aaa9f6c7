package sandbox

import (
	"slices"
	"strings"
)

// origin is where names come from. The names are usual ones; nobody is meant.
type origin struct{ women, men, families []string }

// The origins of names, and how many of a hundred households have each. They hold what
// real names hold: accents, hyphens, apostrophes, particles, letters of other
// alphabets than the French one.
var (
	originWeights = []int{46, 15, 10, 6, 6, 4, 5, 4, 2, 2}
	origins       = []origin{{
		women: []string{
			"Marie", "Camille", "Léa", "Chloé", "Manon", "Élodie", "Aurélie", "Céline", "Nathalie", "Anne-Sophie", "Marie-Thérèse",
			"Françoise", "Geneviève", "Zoé", "Héloïse", "Agnès", "Océane", "Maëlys", "Joëlle", "Maryvonne", "Solène", "Bérengère",
		},
		men: []string{
			"Jean", "Thomas", "Jean-Baptiste", "François", "Rémi", "Loïc", "Gaël", "Éric", "Noël", "Théo", "Hugo", "Nicolas",
			"Pierre-Yves", "Gérard", "Joël", "Clément", "Benoît", "Élie", "Mathéo", "Jérôme", "Lucien", "Gwenaël",
		},
		families: []string{
			"Brunier", "de La Tour", "Le Goff", "L'Hermitte", "d'Arvieux", "Saint-Clair", "Châtelain", "Béranger", "Guérinot",
			"Etcheverry", "Kerbrat", "Müller", "Cœurdevey", "Garcin", "du Bois de l'Orme", "Pélissier", "Rochas", "Perrin-Bonnet",
			"Le Bihan", "des Aulnes", "Revollet", "Martin", "Lefèvre", "Chabert", "Vallier", "Noël", "Petit", "Jourdan", "Colonna-Serra",
			"Weiß", "Bénézech", "Charreton", "Guiguet", "Mottet", "Revol",
		},
	}, {
		women: []string{
			"Fatima", "Khadija", "Samira", "Nadia", "Yasmine", "Leïla", "Aïcha", "Naïma", "Fatima-Zohra", "Houria", "Sabrina",
			"Nour El Houda", "Meriem", "Soraya", "Lamia", "Djamila",
		},
		men: []string{
			"Mohamed", "Karim", "Yacine", "Rachid", "Abdel-Kader", "Saïd", "Mehdi", "Ismaïl", "Noureddine", "Hocine", "Bilal",
			"Tarek", "Amine", "Nabil", "Mohamed-Amine", "Lounès",
		},
		families: []string{
			"Ben Youssef", "El Amrani", "Aït Ouali", "Belkacem", "Haddad", "Bouzidi", "Ould Ahmed", "Benali", "Khelifi", "Mansouri",
			"El Khattabi", "Zerrouki", "Trabelsi", "Ben Salah", "Cherif", "Mebarki", "Al-Hachimi", "Saïdi", "Bendjelloul", "Ouahab",
		},
	}, {
		women: []string{
			"Aminata", "Fatoumata", "Aïssatou", "N'Deye", "Mariam", "Grâce", "Bénédicte", "Awa", "Adjoua", "Chantal", "Kadiatou", "Espérance",
		},
		men: []string{
			"Mamadou", "Ibrahima", "Ousmane", "Moussa", "Kouassi", "Jean-Bosco", "Cheikh", "Souleymane", "Dieudonné", "Abdoulaye", "Koffi", "Zéphyrin",
		},
		families: []string{
			"N'Diaye", "M'Bengue", "d'Almeida", "Diallo", "Traoré", "Kouadio", "Ouédraogo", "Konaté", "Mbemba", "N'Guessan", "Tchibozo",
			"Soumahoro", "Bâ", "Ilunga wa Kasongo", "Koné", "Sissoko",
		},
	}, {
		women:    []string{"Giulia", "Rosa", "Lucia", "Antonella", "Maria Grazia", "Concetta", "Elisa", "Noémie"},
		men:      []string{"Salvatore", "Giuseppe", "Enzo", "Niccolò", "Bruno", "Gian-Luca", "Dino", "Mattéo"},
		families: []string{"Di Marco", "D'Angelo", "Lo Presti", "Della Rovere", "Rinaldi", "Nicolò", "De Luca", "Cancelliere", "Sciacca", "Barbagallo"},
	}, {
		women:    []string{"Maria da Conceição", "Inês", "Fátima", "Lurdes", "Patrícia", "Célia", "Anabela", "Sónia"},
		men:      []string{"José", "António", "João", "Nuno", "Luís Filipe", "Jorge", "Hélder", "Rui"},
		families: []string{"Gonçalves", "dos Santos", "da Silva", "Fernandes Leitão", "Araújo", "Simões", "de Oliveira e Sousa", "Magalhães", "Brandão", "Tavares"},
	}, {
		women:    []string{"Carmen", "Pilar", "María José", "Begoña", "Inmaculada", "Lucía"},
		men:      []string{"José Luis", "Íñigo", "Ángel", "Andrés", "Joaquín", "Ramón"},
		families: []string{"García Núñez", "Muñoz", "Ibáñez", "de la Fuente", "Fernández", "Yáñez", "Martinez", "del Río"},
	}, {
		women:    []string{"Ayşe", "Elif", "Zeynep", "Gülşen", "Fatma", "Özlem"},
		men:      []string{"Mehmet", "Emre", "Hüseyin", "İbrahim", "Çağrı", "Yusuf"},
		families: []string{"Yıldız", "Şahin", "Çelik", "Öztürk", "Kılıç", "Aydoğan", "Güneş", "Karataş"},
	}, {
		women:    []string{"Agnieszka", "Ljiljana", "Oksana", "Małgorzata", "Vesna", "Ioana", "Arjeta", "Nadiia"},
		men:      []string{"Łukasz", "Đorđe", "Oleksandr", "Miloš", "Ștefan", "Besnik", "Andriï", "Zdeněk"},
		families: []string{"Łukasik", "Đorđević", "Kovalenko", "Hadžić", "Dąbrowski", "Popescu", "Krasniqi", "Shevtchouk", "Dvořák", "Gashi"},
	}, {
		women:    []string{"Anh Thư", "Thị Mai", "Sokha", "Li-Na", "Hồng", "Bopha"},
		men:      []string{"Văn Hùng", "Minh", "Sophal", "Wei", "Đức", "Quang Huy"},
		families: []string{"Nguyễn", "Trần", "Chheang", "Phạm", "Sisavath", "Lê", "Ng", "Zhao"},
	}, {
		women:    []string{"Anahit", "Shirin", "Gulnara", "Zahra", "Nino", "Rojîn"},
		men:      []string{"Hovhannès", "Mirwais", "Giorgi", "Azad", "Levon", "Farhad"},
		families: []string{"Sarkissian", "Ter-Minassian", "Ahmadzaï", "Beridze", "Barzanî", "Hovsépian", "Rahimi", "Tchikovani"},
	}}
)

// origin throws one.
func (d *dice) origin() *origin { return &origins[d.weighted(originWeights...)] }

// given throws the given names of a person, one to three.
func (o *origin) given(d *dice, woman bool) string {
	from := o.men
	if woman {
		from = o.women
	}
	names := []string{pick(d, from)}
	for range d.weighted(55, 30, 15) {
		if more := pick(d, from); !slices.Contains(names, more) {
			names = append(names, more)
		}
	}
	return strings.Join(names, " ")
}
