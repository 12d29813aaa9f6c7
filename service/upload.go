package service

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/guichet-logement/guichet/auth"
	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/ent"
	"github.com/guichet-logement/guichet/ent/upload"
	"github.com/guichet-logement/guichet/policy"
	"github.com/guichet-logement/guichet/storage"
)

// UploadsPath is below which files are sent.
const UploadsPath = "/uploads/"

// PreparedUpload is where a caller sends a file.
type PreparedUpload struct {
	Ticket, Path string
	ExpiresAt    time.Time
}

// StoreIn has files kept in that bucket, and returns the service. Without one none is
// taken.
func (s *Service) StoreIn(b *storage.Bucket) *Service {
	s.bucket = b
	return s
}

// PrepareUpload lets the viewer send a file of that size, kind and SHA-256.
func (s *Service) PrepareUpload(ctx context.Context, size int, media domain.MediaType, sum string) (*PreparedUpload, error) {
	granted, err := policy.PrepareUpload(ctx)
	if err != nil {
		return nil, err
	}
	v := auth.FromContext(ctx)
	settings := policy.SettingsOn(v.Today())
	if err := domain.CheckUpload(size, settings.UploadBytes, sum).Err(); err != nil {
		return nil, err
	}
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails
	ticket := base64.RawURLEncoding.EncodeToString(secret[:])
	prepared := &PreparedUpload{ticket, UploadsPath + ticket, v.Now.Add(settings.UploadLife)}
	err = s.inTx(ctx, func(tx *ent.Tx) error {
		under, err := tx.Upload.Query().Where(upload.Caller(s.uploader(v)), upload.ExpiresAtGT(v.Now)).Count(granted)
		if err != nil {
			return err
		}
		if under >= settings.Uploads {
			return tooManyUploads(settings.UploadLife)
		}
		return tx.Upload.Create().SetTicket(s.keyed("upload", ticket)).SetCaller(s.uploader(v)).
			SetSize(int64(size)).SetMediaType(media).SetSha256(strings.ToLower(sum)).SetExpiresAt(prepared.ExpiresAt).Exec(granted)
	})
	if err != nil {
		return nil, err
	}
	return prepared, nil
}

func tooManyUploads(wait time.Duration) error {
	return &domain.Error{
		Code: domain.RateLimited, Reason: "UPLOADS", Cause: domain.WaitError(wait),
		Message: domain.Text{
			EN: "Too many files are on their way: give in those that have arrived.",
			FR: "Trop de fichiers sont en cours d'envoi : déposer ceux qui sont arrivés.",
		},
	}
}

// depositor is who gives in, through whatever app.
func (s *Service) depositor(v *auth.Viewer) []byte { return s.keyed("depositor", who(v)) }

// uploader is who sends, through which app.
func (s *Service) uploader(v *auth.Viewer) []byte {
	app := ""
	if v.App != nil {
		app = string(v.App.ID)
	}
	return s.keyed("uploader", app+" "+who(v))
}

func who(v *auth.Viewer) string {
	if v.PersonID != "" {
		return string(v.PersonID)
	}
	return v.Issuer + " " + v.Subject
}

// upload finds what the viewer sends by that ticket. Unknown, another's, used and late
// are one answer.
func (s *Service) upload(ctx context.Context, ticket string) (*ent.Upload, error) {
	v := auth.FromContext(ctx)
	if v == nil {
		return nil, unknownTicket()
	}
	u, err := s.ent.Upload.Query().Where(
		upload.Ticket(s.keyed("upload", ticket)), upload.Caller(s.uploader(v)), upload.ExpiresAtGT(v.Now),
	).Only(policy.SendBytes(ctx))
	if ent.IsNotFound(err) {
		return nil, unknownTicket()
	}
	return u, err
}

func unknownTicket() error {
	return &domain.Error{
		Code: domain.NotFound, Reason: "TICKET", Field: "ticket",
		Message: domain.Text{
			EN: "There is no such ticket, it is not yours, or it is no longer good.",
			FR: "Ce ticket n'existe pas, n'est pas le vôtre ou n'est plus valable.",
		},
	}
}

// UploadState tells how long the file of that ticket is, and how much of it is stored.
func (s *Service) UploadState(ctx context.Context, ticket string) (size, received int64, err error) {
	u, err := s.upload(ctx, ticket)
	if err != nil {
		return 0, 0, err
	}
	return u.Size, u.Received, nil
}

// partLength is how much is stored at once: what a break costs at most.
const partLength = 1 << 20

// errMoved says that somebody else sends the same file.
var errMoved = &domain.Error{Code: domain.BadRequest, Reason: "OFFSET", Message: domain.Text{
	EN: "The upload is elsewhere by now: ask where.", FR: "L'envoi en est ailleurs : demander où.",
}}

// ReceiveBytes stores what it reads behind what was stored, and tells how much that is:
// what is counted is kept, whatever becomes of us.
func (s *Service) ReceiveBytes(ctx context.Context, ticket string, offset int64, from io.Reader) (stored int64, err error) {
	u, err := s.upload(ctx, ticket)
	if err != nil {
		return 0, err
	}
	if u.Received != offset {
		return 0, errMoved
	}
	part := make([]byte, min(partLength, u.Size-offset))
	for u.Received < u.Size {
		n, broken := io.ReadFull(from, part[:min(int64(len(part)), u.Size-u.Received)])
		if n > 0 {
			if u, err = s.keepPart(ctx, u, part[:n]); err != nil {
				return stored, err
			}
			stored += int64(n)
		}
		switch {
		case errors.Is(broken, io.EOF), errors.Is(broken, io.ErrUnexpectedEOF):
			return stored, nil
		case broken != nil:
			return stored, broken
		}
	}
	return stored, nil
}

// keepPart stores the next bytes, and only then says so.
func (s *Service) keepPart(ctx context.Context, u *ent.Upload, part []byte) (*ent.Upload, error) {
	v := auth.FromContext(ctx)
	name := fmt.Sprintf("uploads/%s/%08d-%s", u.ID, u.Received, rand.Text())
	if err := s.bucket.Write(ctx, name, bytes.NewReader(part)); err != nil {
		return nil, err
	}
	next := *u
	next.Received += int64(len(part))
	next.Parts = append(slices.Clone(u.Parts), name)
	told, err := s.ent.Upload.Update().Where(upload.ID(u.ID), upload.Received(u.Received)).
		SetReceived(next.Received).SetParts(next.Parts).
		SetExpiresAt(v.Now.Add(policy.SettingsOn(v.Today()).UploadLife)).Save(policy.SendBytes(ctx))
	if err == nil && told == 0 {
		err = errMoved
	}
	if err != nil {
		return nil, errors.Join(err, s.bucket.Delete(ctx, name))
	}
	return &next, nil
}

// assembled is the file that the parts make.
func (s *Service) assembled(ctx context.Context, u *ent.Upload) ([]byte, error) {
	content := bytes.NewBuffer(make([]byte, 0, u.Size))
	for _, name := range u.Parts {
		if err := s.copyOf(ctx, content, name); err != nil {
			return nil, err
		}
	}
	if sum := sha256.Sum256(content.Bytes()); hex.EncodeToString(sum[:]) != u.Sha256 {
		return nil, domain.Refusals{domain.FileRefused(domain.FileHashDiffers)}
	}
	return content.Bytes(), nil
}

func (s *Service) copyOf(ctx context.Context, to io.Writer, name string) error {
	r, err := s.bucket.Read(ctx, name)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, r)
	return errors.Join(err, r.Close())
}
