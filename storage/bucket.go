package storage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"gocloud.dev/blob"
	_ "gocloud.dev/blob/fileblob" // file:// URLs
	_ "gocloud.dev/blob/s3blob"   // s3:// URLs
	"gocloud.dev/gcerrors"
)

// Bucket keeps bytes by their names.
type Bucket struct {
	blobs *blob.Bucket
	keys  *Keys
}

// Open opens what is at the URL; see FolderURL for a folder.
func Open(ctx context.Context, url string, keys *Keys) (*Bucket, error) {
	blobs, err := blob.OpenBucket(ctx, url)
	if err != nil {
		return nil, fmt.Errorf("open storage: %w", err)
	}
	return &Bucket{blobs, keys}, nil
}

// FolderURL is that of a folder of this machine, which is made unless it is there.
func FolderURL(path string) string {
	return "file://" + path + "?create_dir=true&dir_file_mode=0700&no_tmp_dir=true&metadata=skip"
}

// Close ends the use of the bucket.
func (b *Bucket) Close() error { return b.blobs.Close() }

// Ready tells whether the bucket can be reached.
func (b *Bucket) Ready(ctx context.Context) error {
	ok, err := b.blobs.IsAccessible(ctx)
	if err == nil && !ok {
		err = errUnreachable
	}
	return err
}

var errUnreachable = errors.New("storage cannot be reached")

// Write keeps all that it reads under the name, or nothing.
func (b *Bucket) Write(ctx context.Context, name string, from io.Reader) error {
	ctx, abandon := context.WithCancel(ctx)
	defer abandon() // a writer closed before is whole, one after it is not there
	w, err := b.blobs.NewWriter(ctx, name, &blob.WriterOptions{ContentType: "application/octet-stream", DisableContentTypeDetection: true})
	if err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := b.copy(w, name, from); err != nil {
		abandon()
		_ = w.Close() // says that it was abandoned
		return fmt.Errorf("write %s: %w", name, err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("write %s: %w", name, err)
	}
	return nil
}

func (b *Bucket) copy(w io.Writer, name string, from io.Reader) error {
	encrypting, err := b.keys.encrypt(w, name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(encrypting, from); err != nil {
		return err
	}
	return encrypting.Close()
}

// ErrNotFound says that nothing has that name.
var ErrNotFound = errors.New("there are no such bytes")

// Read opens what has the name.
func (b *Bucket) Read(ctx context.Context, name string) (io.ReadCloser, error) {
	r, err := b.blobs.NewReader(ctx, name, nil)
	if gcerrors.Code(err) == gcerrors.NotFound {
		return nil, fmt.Errorf("read %s: %w", name, ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", name, err)
	}
	plain, err := b.keys.decrypt(r, name)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), r.Close())
	}
	return decrypting{plain, r}, nil
}

// decrypting reads the plain bytes and closes what they come from.
type decrypting struct {
	io.Reader
	io.Closer
}

// Delete takes away what has the name; nothing is no error.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	if err := b.blobs.Delete(ctx, name); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
		return fmt.Errorf("delete %s: %w", name, err)
	}
	return nil
}

// sweptAtOnce is how many names are asked about together.
const sweptAtOnce = 500

// Sweep takes away what was written before that instant under names that nobody knows,
// and counts it. Known gives those of the names that somebody does.
func (b *Bucket) Sweep(ctx context.Context, before time.Time, known func([]string) (map[string]bool, error)) (swept int, err error) {
	var old []string
	forget := func() error {
		kept, err := known(old)
		if err != nil {
			return err
		}
		for _, name := range old {
			if !kept[name] {
				if err := b.Delete(ctx, name); err != nil {
					return err
				}
				swept++
			}
		}
		old = old[:0]
		return nil
	}
	for all := b.blobs.List(nil); ; {
		o, err := all.Next(ctx)
		switch {
		case errors.Is(err, io.EOF):
			return swept, forget()
		case err != nil:
			return swept, fmt.Errorf("list storage: %w", err)
		}
		if o.ModTime.Before(before) {
			if old = append(old, o.Key); len(old) == sweptAtOnce {
				if err := forget(); err != nil {
					return swept, err
				}
			}
		}
	}
}
