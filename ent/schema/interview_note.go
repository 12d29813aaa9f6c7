package schema

import (
	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/policy/guard"
)

// InterviewNote is a note on an interview, with those for whom it is. Its being there
// changes nothing that others read.
type InterviewNote struct{ ent.Schema }

// Policy puts notes behind the guard.
func (InterviewNote) Policy() ent.Policy { return guard.Policy{Type: "InterviewNote"} }

// Mixin gives notes their identity.
func (InterviewNote) Mixin() []ent.Mixin {
	return []ent.Mixin{identity{prefix: domain.InterviewNotePrefix}}
}

// Fields of a note.
func (InterviewNote) Fields() []ent.Field {
	return []ent.Field{
		field.String("application_id").GoType(domain.ID("")).Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("moved_from_id").GoType(domain.ID("")).Optional().Nillable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("interview_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.Enum("audience").GoType(domain.NoteAudience("")).Immutable(),
		field.String("text").MaxLen(16000).Immutable().Sensitive(),
		field.String("author_id").GoType(domain.ID("")).Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		field.String("organisation_id").GoType(domain.ID("")).Immutable().
			Comment("For which it was written: that of the social workers who read SOCIAL_NOTES."),
		field.Time("written_at").Immutable(),
	}
}

// Edges of a note.
func (InterviewNote) Edges() []ent.Edge {
	return []ent.Edge{
		edge.From("interview", Interview.Type).Ref("notes").Field("interview_id").Unique().Required().Immutable().
			Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("application", Application.Type).Field("application_id").Unique().Required().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("author", Person.Type).Field("author_id").Unique().Required().Immutable().Annotations(entgql.Skip(entgql.SkipAll)),
		edge.To("organisation", Organisation.Type).Field("organisation_id").Unique().Required().Immutable(),
	}
}

// Indexes of a note.
func (InterviewNote) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("interview_id", "written_at").StorageKey("interview_note_interview_idx"),
		index.Fields("application_id").StorageKey("interview_note_application_idx"),
	}
}

// Annotations of a note.
func (InterviewNote) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("interview_note")}
}
