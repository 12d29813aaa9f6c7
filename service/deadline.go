package service

import (
	"context"
	"slices"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/deadline"
)

// settleDeadlines makes the stored deadlines of an application those of its life. One
// that stays what it was keeps that it was announced; of one that is there too late for
// that its state tells. What the law does on a day it does late rather than never.
func settleDeadlines(granted context.Context, tx *ent.Tx, l domain.Life, clocks domain.LegalClocks, today domain.Date) error {
	wanted := domain.Deadlines(l, clocks, today)
	stored, err := tx.Deadline.Query().Where(deadline.ApplicationID(l.ID)).All(granted)
	if err != nil {
		return err
	}
	var gone []domain.ID
	for _, row := range stored {
		i := slices.IndexFunc(wanted, func(d domain.Deadline) bool { return sameDeadline(d, row) })
		if i < 0 {
			gone = append(gone, row.ID)
			continue
		}
		wanted = slices.Delete(wanted, i, i+1)
	}
	if _, err := tx.Deadline.Delete().Where(deadline.IDIn(gone...)).Exec(granted); err != nil {
		return err
	}
	return tx.Deadline.MapCreateBulk(wanted, func(c *ent.DeadlineCreate, i int) {
		d := wanted[i]
		acts := d.Kind == domain.RemovalDeadline || d.Kind == domain.ErasureDeadline
		c.SetApplicationID(l.ID).SetKind(d.Kind).SetDueOn(d.Due).SetAnnouncedFrom(d.Event).SetArticle(d.Article).
			SetAnnounced(d.Event.Before(today)).SetPassed(d.Due.Before(today) && !acts)
		if d.Reason != "" {
			c.SetReason(d.Reason)
		}
	}).Exec(granted)
}

func sameDeadline(d domain.Deadline, row *ent.Deadline) bool {
	return row.Kind == d.Kind && valueOf(row.Reason) == d.Reason && row.DueOn == d.Due && row.AnnouncedFrom == d.Event && row.Article == d.Article
}

// DeadlineOf is the deadline that a row is.
func DeadlineOf(row *ent.Deadline) domain.Deadline {
	return domain.Deadline{Kind: row.Kind, Reason: valueOf(row.Reason), Due: row.DueOn, Event: row.AnnouncedFrom, Article: row.Article}
}
