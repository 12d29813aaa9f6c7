package stockfile

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/guichet-logement/guichet/directoryfile"
)

// The bounds of an archive, in bytes unless said.
const (
	// DefaultMaxArchive holds a text of [DefaultMaxText] even if it is compressed
	// four times only.
	DefaultMaxArchive = 2 << 30
	// DefaultMaxText is more than twice the national file, of about 3 GB.
	DefaultMaxText = 8 << 30
	// MaxRatio is the most that text may be larger than its archive, once more than
	// ratioFrom has come out of it. Made-up files of the layout compress about 40 times.
	MaxRatio  = 200
	ratioFrom = 1 << 20
	// maxDirectory bounds what is read to find the members of a zip archive.
	maxDirectory = 1 << 20
)

// Open reads a file of that many bytes: text, gzip, or zip with one CSV file in
// it. Which one is told by its first bytes; its name is for messages only. The
// file is read at once up to its header; it stays the caller's to close, after
// the Reader.
func Open(file io.ReaderAt, size int64, name string, o Options) (*Reader, error) {
	r, err := open(file, size, name, o)
	if err != nil {
		return nil, named(err, name)
	}
	return r, nil
}

func open(file io.ReaderAt, size int64, name string, o Options) (*Reader, error) {
	if o.MaxArchive == 0 {
		o.MaxArchive = DefaultMaxArchive
	}
	if o.MaxText == 0 {
		o.MaxText = DefaultMaxText
	}
	counted := &countingReaderAt{file: file}
	start := make([]byte, min(size, 4))
	if _, err := counted.ReadAt(start, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	consumed := func() int64 { return counted.count }
	text := &guard{most: o.MaxText, consumed: consumed}
	var closer io.Closer
	switch kind := archiveKind(start); kind {
	case "gzip", "zip":
		if size > o.MaxArchive {
			return nil, tooLarge(o.MaxArchive)
		}
		var content io.ReadCloser
		var err error
		if kind == "zip" {
			content, err = openZip(counted, size, o.MaxText)
		} else {
			content, err = gzip.NewReader(bufio.NewReader(io.NewSectionReader(counted, 0, size)))
		}
		if err != nil {
			return nil, damaged(err)
		}
		text.from, closer = content, content
		text.start, text.compressed = consumed(), true
	default:
		if size > o.MaxText {
			return nil, tooLarge(o.MaxText)
		}
		text.from = io.NewSectionReader(counted, 0, size)
	}
	r, err := newReader(text, name, o)
	if err != nil {
		if closer != nil {
			_ = closer.Close()
		}
		return nil, err
	}
	r.closer, r.consumed = closer, consumed
	return r, nil
}

// openZip opens the one table of the archive. Other files beside it, such as a
// manual, are left alone.
func openZip(file *countingReaderAt, size, maxText int64) (io.ReadCloser, error) {
	file.limit = maxDirectory
	archive, err := zip.NewReader(file, size)
	file.limit = 0
	if err != nil {
		return nil, err
	}
	var table *zip.File
	for _, member := range archive.File {
		base := path.Base(strings.ToLower(member.Name))
		switch {
		case member.FileInfo().IsDir() || strings.HasPrefix(base, "._"):
		case isArchiveName(base):
			refused := refuse(NestedArchive,
				"There is an archive inside the archive: send its CSV file.",
				"Il y a une archive dans l'archive : envoyer son fichier CSV.")
			refused.Reject.Value = excerpt([]byte(member.Name))
			return nil, refused
		case path.Ext(base) != ".csv":
		case table != nil:
			refused := refuse(SeveralTables,
				"The archive holds several CSV files: send them one by one.",
				"L'archive contient plusieurs fichiers CSV : les envoyer un par un.")
			refused.Reject.Value = excerpt([]byte(member.Name))
			return nil, refused
		default:
			table = member
		}
	}
	const encrypted = 1
	switch {
	case table == nil:
		return nil, refuse(BadArchive,
			"The archive holds no CSV file.", "L'archive ne contient pas de fichier CSV.")
	case table.Flags&encrypted != 0:
		return nil, refuse(BadArchive, "The archive is encrypted.", "L'archive est chiffrée.")
	case table.UncompressedSize64 > uint64(max(maxText, 0)):
		return nil, tooLarge(maxText)
	}
	return table.Open()
}

// countingReaderAt counts what is read of the file.
type countingReaderAt struct {
	file  io.ReaderAt
	count int64
	// limit, when it is not 0, is how far the count may go.
	limit int64
}

var errDirectoryTooLarge = errors.New("the directory of the archive is too large")

func (c *countingReaderAt) ReadAt(p []byte, off int64) (int, error) {
	if c.limit != 0 && c.count > c.limit {
		return 0, errDirectoryTooLarge
	}
	n, err := c.file.ReadAt(p, off)
	c.count += int64(n)
	return n, err
}

// guard stops a text that grows beyond its bounds.
type guard struct {
	from io.Reader
	// out is how much text has come, most how much may.
	out, most int64
	// consumed tells how much of the file has been read, start how much of it before
	// the text.
	consumed   func() int64
	start      int64
	compressed bool
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.from.Read(p)
	g.out += int64(n)
	switch {
	case g.out > g.most:
		return 0, tooLarge(g.most)
	case g.compressed && g.out > ratioFrom && g.out > MaxRatio*(g.consumed()-g.start):
		return 0, refuse(DecompressionBomb,
			"The text is more than 200 times as large as its archive: this is no stock file.",
			"Le texte est plus de 200 fois plus gros que son archive : ce n'est pas un fichier du parc.")
	case err != nil && !errors.Is(err, io.EOF):
		return n, damaged(err)
	}
	return n, err
}

// tooLarge names the limit, in bytes.
func tooLarge(limit int64) *FileError {
	n := strconv.FormatInt(limit, 10)
	en, fr := n+" bytes", n+" octets"
	if gib := limit >> 30; gib<<30 == limit && gib > 0 {
		n = strconv.FormatInt(gib, 10)
		en, fr = n+" GiB", n+" Gio"
	}
	return refuse(directoryfile.FileTooLarge,
		"The file is larger than "+en+".", "Le fichier dépasse "+fr+".")
}

// damaged makes a refusal of an error that tells that the archive is at fault,
// and returns any other as it is.
func damaged(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, &corrupt), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, errDirectoryTooLarge),
		errors.Is(err, gzip.ErrChecksum), errors.Is(err, gzip.ErrHeader),
		errors.Is(err, zip.ErrFormat), errors.Is(err, zip.ErrChecksum), errors.Is(err, zip.ErrAlgorithm):
		refused := refuse(BadArchive,
			"The archive is damaged or cut, or of a kind that is not read: send it again, as gzip or zip.",
			"L'archive est abîmée ou coupée, ou d'un genre qui n'est pas lu : la renvoyer, en gzip ou en zip.")
		refused.Reject.Value = excerpt([]byte(err.Error()))
		return refused
	}
	return err
}

// refuseArchive looks at the first bytes of what should be text.
func refuseArchive(text *bufio.Reader) error {
	// An error of Peek comes up again when the first line is read.
	start, _ := text.Peek(tarMagicAt + 5)
	switch archiveKind(start) {
	case "":
		return nil
	case "zip", "gzip":
		return refuse(NestedArchive,
			"There is an archive inside the archive: send its CSV file.",
			"Il y a une archive dans l'archive : envoyer son fichier CSV.")
	}
	return refuse(BadArchive,
		"This kind of archive is not read: send the CSV file, as it is, in gzip or in zip.",
		"Ce genre d'archive n'est pas lu : envoyer le fichier CSV, tel quel, en gzip ou en zip.")
}

// tarMagicAt is where a tar archive tells that it is one.
const tarMagicAt = 257

// archiveKind recognises archives by their first bytes; none of them is text.
func archiveKind(start []byte) string {
	for _, kind := range [...]struct{ magic, name string }{
		{"\x1f\x8b", "gzip"},
		{"PK\x03\x04", "zip"},
		{"PK\x05\x06", "zip"},
		{"BZh", "bzip2"},
		{"\xfd7zXZ", "xz"},
		{"7z\xbc\xaf", "7z"},
		{"\x28\xb5\x2f\xfd", "zstd"},
		{"Rar!", "rar"},
	} {
		if bytes.HasPrefix(start, []byte(kind.magic)) {
			return kind.name
		}
	}
	if len(start) >= tarMagicAt+5 && string(start[tarMagicAt:tarMagicAt+5]) == "ustar" {
		return "tar"
	}
	return ""
}

func isArchiveName(name string) bool {
	switch path.Ext(name) {
	case ".zip", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".7z", ".zst", ".rar":
		return true
	}
	return false
}
