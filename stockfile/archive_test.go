package stockfile_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/guichet-logement/guichet/directoryfile"
	"github.com/guichet-logement/guichet/stockfile"
)

func gzipped(t testing.TB, text string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := gzip.NewWriter(&out)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// zipped makes an archive of names and texts in turn.
func zipped(t *testing.T, members ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(members); i += 2 {
		member, err := w.Create(members[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(member, members[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func openAll(t *testing.T, file []byte, o stockfile.Options) ([]stockfile.Dwelling, error) {
	t.Helper()
	r, err := stockfile.Open(bytes.NewReader(file), int64(len(file)), "a file", o)
	if err != nil {
		return nil, err
	}
	dwellings, _, err := readAll(t, r)
	if closed := r.Close(); closed != nil {
		t.Error(closed)
	}
	return dwellings, err
}

func TestOpenReadsEachKind(t *testing.T) {
	t.Parallel()
	text := "\ufeff" + minimal + strings.Repeat(with(nil), 100)
	twice := append(gzipped(t, text), gzipped(t, with(nil))...)
	for name, c := range map[string]struct {
		file []byte
		want int
	}{
		"plain":                {[]byte(text), 100},
		"gzip":                 {gzipped(t, text), 100},
		"gzip in two parts":    {twice, 101},
		"zip":                  {zipped(t, "data/RPLS.CSV", text), 100},
		"zip with other files": {zipped(t, "data/", "", "read me.txt", "x", "a.csv", text, "__MACOSX/._a.csv", "x"), 100},
	} {
		dwellings, err := openAll(t, c.file, stockfile.Options{})
		if err != nil || len(dwellings) != c.want {
			t.Errorf("%s: %d dwellings, %v", name, len(dwellings), err)
		}
	}
}

func TestArchivesRefused(t *testing.T) {
	t.Parallel()
	text := minimal + strings.Repeat(with(nil), 2000)
	whole := gzipped(t, text)
	zip1 := zipped(t, "a.csv", text)
	flipped := bytes.Clone(zip1)
	flipped[len(flipped)/3] ^= 0x55
	encrypted := bytes.Clone(zip1)
	encrypted[bytes.Index(encrypted, []byte("PK\x01\x02"))+8] |= 1
	tar := minimal + strings.Repeat("a", 257)
	tar = tar[:257] + "ustar" + tar[257:]
	for name, c := range map[string]struct {
		file []byte
		o    stockfile.Options
		code stockfile.Code
	}{
		"cut gzip":             {whole[:len(whole)/2], stockfile.Options{}, stockfile.BadArchive},
		"gzip cut in its head": {whole[:5], stockfile.Options{}, stockfile.BadArchive},
		"gzip, wrong sum":      {append(bytes.Clone(whole[:len(whole)-8]), make([]byte, 8)...), stockfile.Options{}, stockfile.BadArchive},
		"gzip, rubbish after":  {append(bytes.Clone(whole), "rubbish, and more"...), stockfile.Options{}, stockfile.BadArchive},
		"cut zip":              {zip1[:len(zip1)/2], stockfile.Options{}, stockfile.BadArchive},
		"damaged zip":          {flipped, stockfile.Options{}, stockfile.BadArchive},
		"encrypted zip":        {encrypted, stockfile.Options{}, stockfile.BadArchive},
		"empty zip":            {zipped(t), stockfile.Options{}, stockfile.BadArchive},
		"zip without a table":  {zipped(t, "a.txt", text), stockfile.Options{}, stockfile.BadArchive},
		"workbook":             {zipped(t, "[Content_Types].xml", "x", "xl/workbook.xml", "x"), stockfile.Options{}, stockfile.BadArchive},
		"bzip2":                {[]byte("BZh91AY&SY"), stockfile.Options{}, stockfile.BadArchive},
		"tar":                  {[]byte(tar), stockfile.Options{}, stockfile.BadArchive},
		"two tables":           {zipped(t, "a.csv", text, "b.csv", text), stockfile.Options{}, stockfile.SeveralTables},
		"zip in a zip":         {zipped(t, "a.csv", text, "b.zip", "x"), stockfile.Options{}, stockfile.NestedArchive},
		"zip called csv":       {zipped(t, "a.csv", string(zip1)), stockfile.Options{}, stockfile.NestedArchive},
		"gzip in a gzip":       {gzipped(t, string(whole)), stockfile.Options{}, stockfile.NestedArchive},
		"large archive":        {whole, stockfile.Options{MaxArchive: 100}, directoryfile.FileTooLarge},
		"large text":           {[]byte(text), stockfile.Options{MaxText: 1000}, directoryfile.FileTooLarge},
		"large text in gzip":   {whole, stockfile.Options{MaxText: 1000}, directoryfile.FileTooLarge},
		"large text in zip":    {zip1, stockfile.Options{MaxText: 1000}, directoryfile.FileTooLarge},
		"large zip directory":  {manyMembers(t), stockfile.Options{}, stockfile.BadArchive},
	} {
		_, err := openAll(t, c.file, c.o)
		var refused *stockfile.FileError
		if !errors.As(err, &refused) || refused.Reject.Code != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
			continue
		}
		if refused.Name != "a file" || refused.Reject.Message.FR == "" {
			t.Errorf("%s: %+v", name, refused)
		}
	}
}

// manyMembers makes an archive whose directory alone is several megabytes.
func manyMembers(t *testing.T) []byte {
	t.Helper()
	names := make([]string, 0, 2*60)
	for range 60 {
		names = append(names, strings.Repeat("n", 60_000)+".txt", "")
	}
	return zipped(t, names...)
}

// A bomb is stopped soon: what has come out by then is bounded.
func TestDecompressionBombs(t *testing.T) {
	t.Parallel()
	line := with(nil)
	bomb := func(w io.Writer) {
		if _, err := io.WriteString(w, minimal); err != nil {
			t.Error(err)
		}
		block := strings.Repeat(line, 1000)
		for range 200 {
			if _, err := io.WriteString(w, block); err != nil {
				t.Error(err)
			}
		}
	}
	var asGzip, asZip bytes.Buffer
	g, err := gzip.NewWriterLevel(&asGzip, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	bomb(g)
	z := zip.NewWriter(&asZip)
	member, err := z.Create("a.csv")
	if err != nil {
		t.Fatal(err)
	}
	bomb(member)
	if err := errors.Join(g.Close(), z.Close()); err != nil {
		t.Fatal(err)
	}
	for name, file := range map[string][]byte{"gzip": asGzip.Bytes(), "zip": asZip.Bytes()} {
		dwellings, err := openAll(t, file, stockfile.Options{})
		var refused *stockfile.FileError
		if !errors.As(err, &refused) || refused.Reject.Code != stockfile.DecompressionBomb {
			t.Errorf("%s of %d bytes: %v", name, len(file), err)
			continue
		}
		if refused.Reject.Line < 1000 || len(dwellings) > 100_000 {
			t.Errorf("%s: stopped at line %d", name, refused.Reject.Line)
		}
	}
}
