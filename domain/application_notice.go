package domain

import "io"

// ApplicationNotice is what an applicant must have been given by a day.
type ApplicationNotice string

// The notices.
const (
	// NoticeCertificate is the certificate of registration (attestation d'enregistrement,
	// CCH L441-2-1).
	NoticeCertificate ApplicationNotice = "CERTIFICATE"
	// NoticeOfRenewal tells when validity ends (préavis de renouvellement, CCH R441-2-7).
	NoticeOfRenewal ApplicationNotice = "RENEWAL_NOTICE"
	// NoticeOfAppointment is the personalised appointment (rendez-vous personnalisé) at a
	// point of level 3, from which the single file is to be complete within a delay.
	NoticeOfAppointment ApplicationNotice = "PERSONALISED_APPOINTMENT"
)

// Values lists the notices, in the order of the contract.
func (ApplicationNotice) Values() []string {
	return []string{string(NoticeCertificate), string(NoticeOfRenewal), string(NoticeOfAppointment)}
}

// MarshalGQL writes the word of the contract.
func (n ApplicationNotice) MarshalGQL(w io.Writer) { marshalEnum(w, n) }

// UnmarshalGQL reads the word of the contract.
func (n *ApplicationNotice) UnmarshalGQL(v any) error { return unmarshalEnum(v, n) }

// Notify notes that the applicant was given what was due: the deadline is met.
func (l Life) Notify(n ApplicationNotice, today Date) (Life, ApplicationEventKind, Refusals) {
	if l.State != ApplicationActive && (n != NoticeOfAppointment || !l.State.Living()) {
		return l, "", Refusals{refuse(Invalid,
			"Nothing is to be handed over for an application that is "+string(l.State)+".",
			"Rien n'est à remettre pour une demande à l'état "+string(l.State)+".", "notice")}
	}
	switch n {
	case NoticeOfAppointment:
		l.PersonalisedAppointmentOn = today
		return l, EventAppointmentHeld, nil
	case NoticeOfRenewal:
		l.NoticedOn = today
		return l, EventNoticeGiven, nil
	default:
		l.AcknowledgedOn = today
		return l, EventCertificateGiven, nil
	}
}

// CompleteSingleFile notes that the single file is complete, once it is asked for; false
// where it is not, or was noted.
func (l Life) CompleteSingleFile(today Date) (Life, bool) {
	if l.PersonalisedAppointmentOn.IsZero() || !l.SingleFileCompletedOn.IsZero() {
		return l, false
	}
	l.SingleFileCompletedOn = today
	return l, true
}

// NotConfirmed refuses an act that the applicant must ask for.
func NotConfirmed() Refusals {
	return Refusals{refuse(Invalid,
		"The applicant, who is received, confirms it.", "Le demandeur, qui est reçu, le confirme.", "confirmedByApplicant")}
}

// NotOpenToday refuses a step to somebody who sees too little to be told more.
func NotOpenToday() Refusals {
	return Refusals{refuse(IllegalTransition, "This is not open today.", "Cela n'est pas possible aujourd'hui.")}
}

// UnknownCommune refuses a wish for a commune that is none of the Métropole's.
func UnknownCommune(field ...string) *Refusal {
	return refuse(Unknown, "There is no such commune here.", "Il n'y a pas de telle commune ici.", field...)
}
