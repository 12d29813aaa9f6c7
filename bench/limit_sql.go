package main

// statements are the texts. Dates are read as text: ISO 8601 sorts as it is.
func (l *limit) statements() []statement {
	const (
		inForce = `a.valid_from <= $1 AND (a.valid_until IS NULL OR a.valid_until > $1)`
		onDay   = `JOIN agreement a ON a.reception_point_id = p.id AND ` + inForce
	)
	return []statement{
		{&l.catalogueEntries, `SELECT id, code, kind, COALESCE(level, 0), label_fr, label_en FROM catalogue_entry ORDER BY position, id`},

		{&l.communeByCode, `SELECT id, insee_code, name FROM commune WHERE insee_code = $1`},
		{&l.communePage, `SELECT id, insee_code, name, postal_codes, population, latitude, longitude, boundary
			FROM commune WHERE (name, id) > ($1, $2) ORDER BY name, id LIMIT $3`},
		{&l.communeCount, `SELECT count(*) FROM commune`},
		{&l.pointsOfCommune, `SELECT p.id, p.name, p.address, p.postal_code, p.phone, a.id, a.level
			FROM reception_point p ` + onDay + ` WHERE p.commune_id = $2 ORDER BY p.name, p.id LIMIT $3`},

		{&l.pointPage, `SELECT p.id, p.key, p.name, p.address, p.postal_code, p.latitude, p.longitude, p.phone, p.languages,
				p.step_free_access, p.inter_communal, c.id, c.insee_code, c.name,
				a.id, a.level, a.means, a.valid_from::text, a.valid_until::text
			FROM reception_point p JOIN commune c ON c.id = p.commune_id LEFT ` + onDay + `
			WHERE (p.name, p.id) > ($2, $3) ORDER BY p.name, p.id LIMIT $4`},
		{&l.pointCount, `SELECT count(*) FROM reception_point`},
		{&l.operators, `SELECT po.reception_point_id, o.id, o.key, o.name, o.kind
			FROM reception_point_operator po JOIN organisation o ON o.id = po.organisation_id
			WHERE po.reception_point_id = ANY($1) ORDER BY o.id COLLATE "C"`},
		{&l.hours, `SELECT reception_point_id, COALESCE(weekday, 0), intervals, valid_from::text,
				COALESCE(valid_until::text, ''), COALESCE(reason, '')
			FROM opening_hours WHERE reception_point_id = ANY($1) AND (valid_until IS NULL OR valid_until > $2)`},
		{&l.openPage, `SELECT p.id, p.name, p.address, p.postal_code, p.phone, c.id, c.name, a.id, a.level
			FROM reception_point p JOIN commune c ON c.id = p.commune_id LEFT ` + onDay + `
			WHERE ($2::bigint[] IS NULL OR a.level = ANY($2)) AND (
				EXISTS (SELECT FROM opening_hours h WHERE h.reception_point_id = p.id AND h.weekday IS NULL
					AND h.valid_from <= $3 AND h.valid_until > $3 AND h.intervals @> $4::int)
				OR ($5 <> 0 AND NOT EXISTS (SELECT FROM opening_hours h WHERE h.reception_point_id = p.id AND h.weekday IS NULL
					AND h.valid_from <= $3 AND h.valid_until > $3)
				AND EXISTS (SELECT FROM opening_hours h WHERE h.reception_point_id = p.id AND h.weekday = $5
					AND h.valid_from <= $3 AND (h.valid_until IS NULL OR h.valid_until > $3) AND h.intervals @> $4::int)))
			AND (p.name, p.id) > ($6, $7) ORDER BY p.name, p.id LIMIT $8`},
		{&l.nearest, `SELECT p.id, p.name, p.address, p.postal_code, p.latitude, p.longitude, p.step_free_access, c.id, c.name, a.id, a.level
			FROM reception_point p JOIN commune c ON c.id = p.commune_id ` + onDay + `
			WHERE ($2::text IS NULL OR a.level >= (SELECT level FROM catalogue_entry WHERE code = $2))
			ORDER BY power(sin(radians(p.latitude - $3::float8) / 2), 2) +
				cos(radians($3::float8)) * cos(radians(p.latitude)) * power(sin(radians(p.longitude - $4::float8) / 2), 2), p.id
			LIMIT $5`},

		{&l.organisationPage, `SELECT o.id, o.key, o.kind, o.name, o.siren, o.reservataire, o.registering_body, c.id, c.insee_code, c.name
			FROM organisation o LEFT JOIN commune c ON c.id = o.commune_id
			WHERE ($1::text[] IS NULL OR o.kind = ANY($1)) AND ($2::bool IS NULL OR o.reservataire = $2)
				AND ($3::bool IS NULL OR o.registering_body = $3)
				AND (o.name, o.id) > ($4, $5) ORDER BY o.name, o.id LIMIT $6`},
		{&l.organisationCount, `SELECT count(*) FROM organisation o
			WHERE ($1::text[] IS NULL OR o.kind = ANY($1)) AND ($2::bool IS NULL OR o.reservataire = $2)
				AND ($3::bool IS NULL OR o.registering_body = $3)`},
		{&l.pointsOfOrganisations, `SELECT o.id, p.id, p.key, p.name
			FROM unnest($1::text[]) o(id) CROSS JOIN LATERAL (
				SELECT p.id, p.key, p.name
				FROM reception_point_operator po JOIN reception_point p ON p.id = po.reception_point_id
				WHERE po.organisation_id = o.id ORDER BY p.name, p.id LIMIT $2) p
			ORDER BY p.name, p.id`},

		{&l.person, `SELECT id, given_name, family_name FROM person WHERE issuer = $1 AND subject = $2`},
		{&l.assignments, `SELECT a.id, a.role, a.valid_from::text, a.valid_until::text, o.id, o.key, o.name, p.id, p.key, p.name
			FROM assignment a JOIN organisation o ON o.id = a.organisation_id
			LEFT JOIN assignment_reception_point ap ON ap.assignment_id = a.id
			LEFT JOIN reception_point p ON p.id = ap.reception_point_id
			WHERE a.person_id = $2 AND a.state = 'CONFIRMED' AND ` + inForce + ` ORDER BY a.valid_from, a.id, p.id COLLATE "C"`},

		{&l.communeNode, `SELECT insee_code, name FROM commune WHERE id = $1`},
		{&l.organisationNode, `SELECT key, name, kind FROM organisation WHERE id = $1`},
		{&l.pointNode, `SELECT key, name FROM reception_point WHERE id = $1`},
		{&l.pointHours, `SELECT id, COALESCE(weekday, 0), intervals, valid_from::text, valid_until::text, reason, version
			FROM opening_hours WHERE reception_point_id = $1 AND (valid_until IS NULL OR valid_until > $2)
			ORDER BY weekday, valid_from, id`},
		{&l.hoursNode, `SELECT valid_from::text, valid_until::text, version
			FROM opening_hours WHERE id = $1 AND (valid_until IS NULL OR valid_until > $2)`},
		{&l.agreementNode, `SELECT a.level, a.means, a.valid_from::text, a.valid_until::text
			FROM agreement a WHERE a.id = $2 AND ` + inForce},
		{&l.entryNode, `SELECT code, label_fr FROM catalogue_entry WHERE id = $1`},

		{&l.communeNodes, `SELECT id, insee_code, name FROM commune WHERE id = ANY($1)`},
		{&l.organisationNodes, `SELECT id, key, name FROM organisation WHERE id = ANY($1)`},
		{&l.pointNodes, `SELECT p.id, p.key, p.name, c.id, c.name
			FROM reception_point p JOIN commune c ON c.id = p.commune_id WHERE p.id = ANY($1)`},

		{&l.buildingPage, `SELECT b.id, b.insee_code, b.commune_name, b.address, b.postal_code, b.latitude, b.longitude, b.dwelling_count,
				v.id, v.stated_on::text
			FROM building b JOIN stock_vintage v ON v.id = b.first_vintage_id
			WHERE b.insee_code = $1 AND b.last_vintage_id IS NULL AND (b.dwelling_count, b.id) < ($2, CASE $3 WHEN '' THEN 'z' ELSE $3 END)
			ORDER BY b.dwelling_count DESC, b.id DESC LIMIT $4`},
		{&l.buildingCount, `SELECT count(*) FROM building WHERE insee_code = $1 AND last_vintage_id IS NULL`},
		{&l.ownerships, `SELECT w.building_id, w.id, w.share, w.floors, o.id, o.name
			FROM ownership w JOIN organisation o ON o.id = w.landlord_id WHERE w.building_id = ANY($1) ORDER BY w.id`},
		{&l.dwellingPage, `SELECT d.id, d.typology, d.rooms, d.surface, d.floor, d.construction_year, d.financing, d.energy_class,
				b.id, b.address, b.postal_code, b.latitude, b.longitude, c.id, c.insee_code, c.name, o.id, o.name
			FROM dwelling d JOIN building b ON b.id = d.building_id LEFT JOIN commune c ON c.id = b.commune_id
			LEFT JOIN organisation o ON o.id = d.landlord_id
			WHERE d.insee_code = $1 AND d.typology = $2 AND d.last_vintage_id IS NULL AND (d.surface, d.id) > ($3, $4)
			ORDER BY d.surface, d.id LIMIT $5`},
		{&l.stockTable, `SELECT insee_code, nullif(typology, 'UNKNOWN') AS typology, count(*) FROM dwelling
			WHERE last_vintage_id IS NULL AND ($1::text[] IS NULL OR energy_class = ANY($1))
			GROUP BY 1, 2 ORDER BY 1, 2`},
		{&l.stockFacets, `SELECT CASE grouping(insee_code, typology, energy_class, decade, landlord_id)
				WHEN 15 THEN 0 WHEN 23 THEN 1 WHEN 27 THEN 2 WHEN 29 THEN 3 WHEN 30 THEN 4 END,
				coalesce(insee_code, typology, energy_class, decade, landlord_id),
				CASE grouping(energy_class) WHEN 0 THEN count(*)
					ELSE count(*) FILTER (WHERE $1::text[] IS NULL OR label = ANY($1)) END
			FROM (SELECT insee_code, nullif(typology, 'UNKNOWN') AS typology, nullif(energy_class, 'UNKNOWN') AS energy_class,
					(nullif(construction_year, 0) / 10 * 10)::text AS decade, landlord_id, energy_class AS label
				FROM dwelling WHERE last_vintage_id IS NULL) d
			GROUP BY GROUPING SETS ((insee_code), (typology), (energy_class), (decade), (landlord_id)) ORDER BY 2`},
		{&l.clusters, `SELECT zkey >> $8::int, sum(dwelling_count * round(latitude * 1000000)), sum(dwelling_count * round(longitude * 1000000)),
				coalesce(sum(dwelling_count) FILTER (WHERE typology = 'T1'), 0), coalesce(sum(dwelling_count) FILTER (WHERE typology = 'T2'), 0),
				coalesce(sum(dwelling_count) FILTER (WHERE typology = 'T3'), 0), coalesce(sum(dwelling_count) FILTER (WHERE typology = 'T4'), 0),
				coalesce(sum(dwelling_count) FILTER (WHERE typology = 'T5'), 0), coalesce(sum(dwelling_count) FILTER (WHERE typology = 'T6_PLUS'), 0),
				coalesce(sum(dwelling_count) FILTER (WHERE typology = 'UNKNOWN'), 0)
			FROM unnest($1::bigint[], $2::bigint[]) r(low, high) JOIN map_facet ON zkey BETWEEN low AND high
			WHERE latitude BETWEEN $3 AND $4 AND longitude BETWEEN $5 AND $6 AND ($7::text[] IS NULL OR typology = ANY($7))
			GROUP BY 1 ORDER BY 1`},
		{&l.vintageInForce, `SELECT id, stated_on::text, source FROM stock_vintage WHERE current`},
		{&l.vintagePage, `SELECT id, stated_on::text, current, source, territory, dwelling_count, building_count, lines_read,
				lines_rejected, comparison FROM stock_vintage ORDER BY stated_on DESC, id DESC LIMIT $1`},
		{&l.changePage, `SELECT v.id, c.id, c.kind, c.before, c.after, b.id, b.address, b.commune_name, c.differences
			FROM unnest($1::text[]) v(id) CROSS JOIN LATERAL (
				SELECT * FROM stock_change c WHERE c.vintage_id = v.id AND ($2::text[] IS NULL OR c.kind = ANY($2))
				ORDER BY c.id LIMIT $3) c JOIN building b ON b.id = c.building_id ORDER BY c.id`},
	}
}
