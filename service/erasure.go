package service

import (
	"context"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent/applicantaccount"
	"github.com/guichet-logement/guichet/ent/applicationcontact"
	"github.com/guichet-logement/guichet/ent/applicationfile"
	"github.com/guichet-logement/guichet/ent/bindingcode"
	"github.com/guichet-logement/guichet/ent/emergencyopening"
	"github.com/guichet-logement/guichet/ent/handover"
	"github.com/guichet-logement/guichet/ent/householdmember"
	"github.com/guichet-logement/guichet/ent/memberparticulars"
	"github.com/guichet-logement/guichet/ent/namedagent"
	"github.com/guichet-logement/guichet/ent/onlineregistration"
	"github.com/guichet-logement/guichet/ent/proposedchange"
	"github.com/guichet-logement/guichet/ent/receptiongrant"
	"github.com/guichet-logement/guichet/ent/sensitiverecord"
	"github.com/guichet-logement/guichet/ent/wish"
)

// erase takes away what is personal (décret 2017-917, art. 4): names and number, who is
// in the household, means, contact, wishes, and whose the application was. What is left
// counts: dates, size, what was looked for, and why it ended.
func (l *living) erase(granted context.Context) error {
	id, tx := l.life.ID, l.tx
	for _, rows := range []interface {
		Exec(ctx context.Context) (int, error)
	}{
		tx.ProposedChange.Delete().Where(proposedchange.ApplicationID(id)),
		tx.OnlineRegistration.Delete().Where(onlineregistration.ApplicationID(id)),
		tx.HandOver.Delete().Where(handover.ApplicationID(id)),
		tx.ReceptionGrant.Delete().Where(receptiongrant.ApplicationID(id)),
		tx.EmergencyOpening.Delete().Where(emergencyopening.ApplicationID(id)),
		tx.BindingCode.Delete().Where(bindingcode.ApplicationID(id)),
		tx.ApplicantAccount.Delete().Where(applicantaccount.ApplicationID(id)),
		tx.NamedAgent.Delete().Where(namedagent.ApplicationID(id)),
		tx.SensitiveRecord.Delete().Where(sensitiverecord.ApplicationID(id)),
		tx.MemberParticulars.Delete().Where(memberparticulars.ApplicationID(id)),
		tx.HouseholdMember.Delete().Where(householdmember.ApplicationID(id)),
		tx.ApplicationContact.Delete().Where(applicationcontact.ApplicationID(id)),
		tx.ApplicationFile.Delete().Where(applicationfile.ApplicationID(id)),
		tx.Wish.Delete().Where(wish.ApplicationID(id)),
	} {
		if _, err := rows.Exec(granted); err != nil {
			return err
		}
	}
	next, refusals := l.life.Erase(l.clocks, l.today)
	return l.take(granted, domain.StepErase, next, refusals)
}
