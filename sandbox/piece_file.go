package sandbox

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
)

// pieceFile makes what somebody scanned, which tells nothing of anybody: a page that says
// that it is fictional, or a picture of stripes.
func pieceFile(d *dice, key string) []byte {
	if d.chance(25) {
		return stripes(d)
	}
	return page("Piece fictive du bac a sable : " + key)
}

// page is a document of one page with a line of letters without accents.
func page(line string) []byte {
	text := fmt.Sprintf("BT /F1 14 Tf 60 760 Td (%s) Tj ET", line)
	var b bytes.Buffer
	var at []int
	b.WriteString("%PDF-1.4\n")
	for i, object := range []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F1 4 0 R>>>>>>",
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
		fmt.Sprintf("<</Length %d>>\nstream\n%s\nendstream", len(text), text),
	} {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(at)+1)
	for _, offset := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(at)+1, table)
	return b.Bytes()
}

// stripes is a small picture, another one for each throw.
func stripes(d *dice) []byte {
	const width, height = 48, 64
	picture := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		shade := color.Gray{Y: uint8(d.between(96, 255))} //nolint:gosec // within its range
		for x := range width {
			picture.SetGray(x, y, shade)
		}
	}
	var b bytes.Buffer
	_ = jpeg.Encode(&b, picture, nil) // a picture of this size is always written
	return b.Bytes()
}
