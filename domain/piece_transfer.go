package domain

import (
	"io"
	"time"
)

// PieceTransferState says how far a piece has come on its way to the national digitiser
// (numériseur national), which files it in the national single file.
type PieceTransferState string

// The states of a transfer.
const (
	TransferToSend PieceTransferState = "TO_SEND"
	// TransferSent was taken, and nothing was heard of it since.
	TransferSent         PieceTransferState = "SENT"
	TransferAcknowledged PieceTransferState = "ACKNOWLEDGED"
	TransferRejected     PieceTransferState = "REJECTED"
)

// Values lists the states, in the order of the contract.
func (PieceTransferState) Values() []string {
	return []string{string(TransferToSend), string(TransferSent), string(TransferAcknowledged), string(TransferRejected)}
}

// MarshalGQL writes the word of the contract.
func (s PieceTransferState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *PieceTransferState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// PieceTransferRejection says why the digitiser does not file a piece. The first three
// are its marks in the national single file, by the words of [PieceRefusal].
type PieceTransferRejection string

// The reasons of a rejection.
const (
	// TransferUnreadable: « inexploitable ».
	TransferUnreadable PieceTransferRejection = "UNREADABLE"
	// TransferNotOnList: « hors périmètre réglementaire ».
	TransferNotOnList PieceTransferRejection = "NOT_ON_LIST"
	// TransferOutdated: « obsolète ».
	TransferOutdated PieceTransferRejection = "OUTDATED"
	// TransferOther: by a code that we do not know; the log has it.
	TransferOther PieceTransferRejection = "OTHER"
)

// Values lists the reasons, in the order of the contract.
func (PieceTransferRejection) Values() []string {
	return []string{string(TransferUnreadable), string(TransferNotOnList), string(TransferOutdated), string(TransferOther)}
}

// MarshalGQL writes the word of the contract.
func (r PieceTransferRejection) MarshalGQL(w io.Writer) { marshalEnum(w, r) }

// UnmarshalGQL reads the word of the contract.
func (r *PieceTransferRejection) UnmarshalGQL(v any) error { return unmarshalEnum(v, r) }

// PieceTransferTrouble is what somebody has to see to in a transfer.
type PieceTransferTrouble string

// The troubles of a transfer.
const (
	// TransferLate: it is past its day, and nothing was heard of it.
	TransferLate PieceTransferTrouble = "LATE"
	// TransferTurnedDown: the digitiser rejected it.
	TransferTurnedDown PieceTransferTrouble = "REJECTED"
)

// Values lists the troubles, in the order of the contract.
func (PieceTransferTrouble) Values() []string {
	return []string{string(TransferLate), string(TransferTurnedDown)}
}

// MarshalGQL writes the word of the contract.
func (t PieceTransferTrouble) MarshalGQL(w io.Writer) { marshalEnum(w, t) }

// UnmarshalGQL reads the word of the contract.
func (t *PieceTransferTrouble) UnmarshalGQL(v any) error { return unmarshalEnum(v, t) }

// Transferable tells whether the digitiser gets such a piece: what is not clean never
// leaves, and what was refused is no proof.
func Transferable(state PieceState, scan ScanState) bool {
	return scan == ScanClean && state != PieceRefused
}

// PieceTransfer is the way of one piece to the digitiser.
type PieceTransfer struct {
	State PieceTransferState
	// SentAt is zero until it was taken.
	SentAt time.Time
}

// CheckResend tells whether the piece may be sent once more: it was rejected, or nothing
// was heard for that long since it was taken.
func (t PieceTransfer) CheckResend(piece PieceState, now time.Time, wait time.Duration) Refusals {
	var refusal *Refusal
	switch {
	case piece == PieceRefused:
		refusal = refuse(IllegalTransition, "The piece was refused: it is not sent.", "La pièce a été refusée : elle n'est pas transmise.", "pieceId")
		refusal.Help = Text{EN: "Deposit another piece.", FR: "Déposer une autre pièce."}
	case t.State == TransferRejected:
	case t.State == TransferSent && !now.Before(t.SentAt.Add(wait)):
	case t.State == TransferSent:
		refusal = refuse(IllegalTransition, "It was sent, and the digitiser still has time to answer.", "Elle a été transmise, et le numériseur a encore le temps de répondre.", "pieceId")
	case t.State == TransferAcknowledged:
		refusal = refuse(IllegalTransition, "The digitiser has it.", "Le numériseur l'a.", "pieceId")
	default:
		refusal = refuse(IllegalTransition, "It waits to be sent: that goes by itself.", "Elle attend d'être transmise : cela se fait seul.", "pieceId")
	}
	if refusal == nil {
		return nil
	}
	return Refusals{refusal}
}
