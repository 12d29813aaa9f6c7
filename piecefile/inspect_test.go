package piecefile_test

import (
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/ascii85"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/guichet-logement/guichet/domain"
	"github.com/guichet-logement/guichet/piecefile"
)

// onePagePDF is a document with that between its page and its end.
func onePagePDF(more string) []byte {
	return []byte("%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids[3 0 R]/Count 1>>\nendobj\n" +
		"3 0 obj\n<</Type /Page/Parent 2 0 R>>\nendobj\n" + more + "\ntrailer<</Root 1 0 R>>\n%%EOF\n")
}

func stream(dictionary string, data []byte) string {
	return fmt.Sprintf("9 0 obj\n<<%s/Length %d>>\nstream\n%s\nendstream\nendobj", dictionary, len(data), data)
}

func deflated(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// bomb opens to so many megabytes of zeros, a kilobyte for each.
func bomb(t testing.TB, megabytes int) []byte {
	t.Helper()
	var b bytes.Buffer
	z, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	var first, block []byte
	for range 2 { // the second is like every one that follows
		b.Reset()
		if _, err := z.Write(zeros); err != nil {
			t.Fatal(err)
		}
		if err := z.Flush(); err != nil {
			t.Fatal(err)
		}
		first, block = block, bytes.Clone(b.Bytes())
	}
	return slices.Concat([]byte{0x78, 0xda}, first, bytes.Repeat(block, megabytes-1))
}

func chunk(name string, data []byte) []byte {
	b := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	b = append(append(b, name...), data...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func pngOf(t testing.TB, width, height uint32, chunks ...[]byte) []byte {
	t.Helper()
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, width), height)
	b := append([]byte("\x89PNG\r\n\x1a\n"), chunk("IHDR", append(head, 8, 2, 0, 0, 0))...)
	b = append(b, bytes.Join(chunks, nil)...)
	return append(append(b, chunk("IDAT", deflated(t, make([]byte, 100)))...), chunk("IEND", nil)...)
}

func realPNG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func realJPEG(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 40, 30)), nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// heicOf is a picture of that size without its points.
func heicOf(width, height uint32) []byte {
	ispe := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(make([]byte, 4), width), height)
	return append(box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")),
		append(box("meta", append(make([]byte, 4), box("iprp", box("ipco", box("ispe", ispe)))...)), box("mdat", []byte("points"))...)...)
}

func box(name string, body []byte) []byte {
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), name...), body...)
}

// tiffOf has so many pages of that size.
func tiffOf(order binary.AppendByteOrder, pages int, width, height uint32) []byte {
	b := []byte("II*\x00")
	if order.String() == "BigEndian" {
		b = []byte("MM\x00*")
	}
	b = order.AppendUint32(b, 8)
	for i := range pages {
		b = order.AppendUint16(b, 2)
		for _, field := range []struct {
			tag   uint16
			value uint32
		}{{256, width}, {257, height}} {
			b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, field.tag), 4), 1)
			b = order.AppendUint32(b, field.value)
		}
		next := uint32(len(b) + 4)
		if i == pages-1 {
			next = 0
		}
		b = order.AppendUint32(b, next)
	}
	return b
}

func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	const html = "<html><script>alert(1)</script></html>"
	base85 := func(data []byte) []byte {
		text := make([]byte, ascii85.MaxEncodedLen(len(data)))
		return append(text[:ascii85.Encode(text, data)], "~>"...)
	}
	falseLength := heicOf(4000, 3000)
	binary.BigEndian.PutUint32(falseLength[len(falseLength)-14:], 1<<20)
	endless := tiffOf(binary.LittleEndian, 1, 10, 10)
	binary.LittleEndian.PutUint32(endless[len(endless)-4:], 8)
	zip := append([]byte("PK\x05\x06"), make([]byte, 18)...)
	for name, c := range map[string]struct {
		file []byte
		want domain.RefusalCode
	}{
		"nothing":                      {nil, domain.FileType},
		"text":                         {[]byte("I swear that I live here."), domain.FileType},
		"a page":                       {[]byte("<!DOCTYPE html>" + html), domain.FileType},
		"an archive":                   {append([]byte("PK\x03\x04"), bytes.Repeat([]byte{0}, 10<<20)...), domain.FileType},
		"a film":                       {box("ftyp", []byte("isom\x00\x00\x00\x00")), domain.FileType},
		"a program":                    {[]byte("\x7fELF\x02\x01\x01"), domain.FileType},
		"a page before a PDF":          {append([]byte(html), onePagePDF("")...), domain.FileAmbiguous},
		"a page in a PDF":              {onePagePDF("%" + html), domain.FileAmbiguous},
		"a page in escaped letters":    {onePagePDF("/#3chtml>"), domain.FileAmbiguous},
		"a page after a PDF":           {append(onePagePDF(""), html...), domain.FileAmbiguous},
		"an archive after a PDF":       {append(onePagePDF(""), zip...), domain.FileAmbiguous},
		"an archive in a comment":      {onePagePDF(string(zip)), domain.FileAmbiguous},
		"a PDF without end":            {[]byte("%PDF-1.7\n1 0 obj\n<</Type/Page>>\n"), domain.FileDamaged},
		"a PDF without pages":          {[]byte("%PDF-1.7\n%%EOF"), domain.FileDamaged},
		"a locked PDF":                 {onePagePDF("trailer<</Encrypt 7 0 R>>"), domain.FileLocked},
		"a filter that is not opened":  {onePagePDF(stream("/Filter/LZWDecode", []byte("?"))), domain.FileLocked},
		"its name in escaped letters":  {onePagePDF(stream("/Filter/#4cZWDecode", []byte("?"))), domain.FileLocked},
		"10 MiB that open to 10 GiB":   {onePagePDF(stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", bomb(t, 10<<10))), domain.FileExpands},
		"a bomb that hides its filter": {onePagePDF("8 0 obj <</Title(9 0 obj stream\n" + stream("", bomb(t, 300))), domain.FileExpands},
		"without its header":           {onePagePDF(stream("/Filter/FlateDecode", append([]byte("??"), bomb(t, 300)[2:]...))), domain.FileExpands},
		"a bomb in a bomb":             {onePagePDF(stream("/Filter[/FlateDecode/FlateDecode]", deflated(t, bomb(t, 300)))), domain.FileExpands},
		"a bomb in text":               {onePagePDF(stream("/Filter[/ASCII85Decode/FlateDecode]", base85(bomb(t, 300)))), domain.FileExpands},
		"many that open to a little":   {onePagePDF(strings.Repeat(stream("/Filter/FlateDecode", bomb(t, 30)), 10)), domain.FileExpands},
		"a PNG of 10 GiB":              {pngOf(t, 60_000, 60_000), domain.FileExpands},
		"a PNG without width":          {pngOf(t, 0, 10), domain.FileExpands},
		"a text that opens in a PNG":   {pngOf(t, 10, 10, chunk("zTXt", append([]byte("note\x00\x00"), bomb(t, 20)...))), domain.FileExpands},
		"a PNG that goes on":           {append(realPNG(t), html...), domain.FileAmbiguous},
		"a page in a PNG":              {pngOf(t, 10, 10, chunk("tEXt", []byte("Comment\x00"+html))), domain.FileAmbiguous},
		"half a PNG":                   {realPNG(t)[:50], domain.FileDamaged},
		"half a JPEG":                  {realJPEG(t)[:150], domain.FileDamaged},
		"a page in a JPEG": {append([]byte("\xff\xd8\xff\xfe\x00\x28"+html),
			realJPEG(t)[2:]...), domain.FileAmbiguous},
		"an archive after a JPEG":  {append(realJPEG(t), zip...), domain.FileAmbiguous},
		"HEIC of a false length":   {falseLength, domain.FileDamaged},
		"HEIC of 10 GiB":           {heicOf(60_000, 60_000), domain.FileExpands},
		"HEIC of no picture":       {box("ftyp", []byte("heic\x00\x00\x00\x00")), domain.FileDamaged},
		"a box shorter than it is": {append(heicOf(10, 10), 0, 0, 0, 1), domain.FileDamaged},
		"TIFF of 10 GiB":           {tiffOf(binary.BigEndian, 1, 60_000, 60_000), domain.FileExpands},
		"TIFF of large pages":      {tiffOf(binary.LittleEndian, 200, 1000, 1000), domain.FileExpands},
		"TIFF without end":         {endless, domain.FileDamaged},
		"TIFF that points outside": {[]byte("II*\x00\xff\xff\xff\xff"), domain.FileDamaged},
		"TIFF of no page":          {[]byte("II*\x00\x00\x00\x00\x00"), domain.FileDamaged},
	} {
		began := time.Now()
		content, refusal := piecefile.Inspect(c.file)
		if refusal == nil || refusal.Code != c.want {
			t.Errorf("%s: %+v, %v, want %s", name, content, refusal, c.want)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("%s took %s", name, took)
		}
		if refusal != nil && (refusal.Message.EN == "" || refusal.Message.FR == "") {
			t.Errorf("%s: no words", name)
		}
	}
}

func TestFilesThatAreTaken(t *testing.T) {
	t.Parallel()
	packed := "4 0 5 35 " + strings.Repeat(" ", 3)
	objects := packed + "<</Type/Page/Parent 2 0 R>>        <</Type/Page/Parent 2 0 R>>"
	telephone := append(realJPEG(t), realJPEG(t)...) // a smaller picture stands behind the picture
	for name, c := range map[string]struct {
		file []byte
		want domain.FileContent
	}{
		"a page":            {onePagePDF(""), domain.FileContent{Type: domain.MediaPDF, Pages: 1}},
		"changed and saved": {append(onePagePDF(""), onePagePDF("4 0 obj<</Type/Page>>endobj")...), domain.FileContent{Type: domain.MediaPDF, Pages: 2}},
		"objects in a stream": {
			onePagePDF(stream(fmt.Sprintf("/Type/ObjStm/N 2/First %d/Filter/FlateDecode", len(packed)), deflated(t, []byte(objects)))),
			domain.FileContent{Type: domain.MediaPDF, Pages: 3},
		},
		"a picture in it":      {onePagePDF(stream("/Filter/DCTDecode", realJPEG(t))), domain.FileContent{Type: domain.MediaPDF, Pages: 1}},
		"a page in its stream": {onePagePDF(stream("", []byte("(the <html> of a form) Tj"))), domain.FileContent{Type: domain.MediaPDF, Pages: 1}},
		"large pages":          {onePagePDF(strings.Repeat(stream("/Filter/FlateDecode", bomb(t, 25)), 10)), domain.FileContent{Type: domain.MediaPDF, Pages: 1}},
		"PNG":                  {realPNG(t), domain.FileContent{Type: domain.MediaPNG, Pages: 1}},
		"PNG with a text":      {pngOf(t, 100, 100, chunk("iTXt", []byte("x"))), domain.FileContent{Type: domain.MediaPNG, Pages: 1}},
		"JPEG":                 {realJPEG(t), domain.FileContent{Type: domain.MediaJPEG, Pages: 1}},
		"JPEG of a telephone":  {telephone, domain.FileContent{Type: domain.MediaJPEG, Pages: 1}},
		"HEIC":                 {heicOf(4032, 3024), domain.FileContent{Type: domain.MediaHEIC, Pages: 1}},
		"TIFF":                 {tiffOf(binary.LittleEndian, 3, 2480, 3508), domain.FileContent{Type: domain.MediaTIFF, Pages: 3}},
		"TIFF of a Macintosh":  {tiffOf(binary.BigEndian, 1, 2480, 3508), domain.FileContent{Type: domain.MediaTIFF, Pages: 1}},
	} {
		if content, refusal := piecefile.Inspect(c.file); refusal != nil || content != c.want {
			t.Errorf("%s: %+v, %v, want %+v", name, content, refusal, c.want)
		}
	}
}

// Whatever the bytes, an answer comes, and what is taken is of a kind and has a page.
func FuzzInspect(f *testing.F) {
	for _, file := range [][]byte{
		onePagePDF(stream("/Type/ObjStm/N 1/First 4/Filter/FlateDecode", deflated(f, []byte("4 0 <</Type/Page>>")))),
		realPNG(f), realJPEG(f), heicOf(10, 10), tiffOf(binary.BigEndian, 2, 10, 10),
		pngOf(f, 10, 10, chunk("zTXt", append([]byte("note\x00\x00"), deflated(f, []byte("words"))...))),
	} {
		f.Add(file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		content, refusal := piecefile.Inspect(file)
		if refusal == nil && (content.Pages < 1 || content.Type.Suffix() == "") {
			t.Errorf("%+v", content)
		}
	})
}
