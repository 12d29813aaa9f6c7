package piecefile

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"image/jpeg"
	"io"
	"slices"
	"strings"

	"github.com/guichet-logement/guichet/domain"
)

// inspectJPEG reads the size of the picture and looks for its end: telephones add a
// smaller picture behind it.
func inspectJPEG(file []byte) (int, domain.RefusalCode) {
	c, err := jpeg.DecodeConfig(bytes.NewReader(file))
	switch {
	case err != nil || !bytes.Contains(file, []byte{0xff, 0xd9}):
		return 0, domain.FileDamaged
	case tooManyPoints(int64(c.Width), int64(c.Height)):
		return 0, domain.FileExpands
	}
	return 1, ""
}

// inspectPNG goes through the chunks, which must fill the file exactly, and opens the
// compressed texts: the picture itself opens to its size.
func inspectPNG(file []byte) (int, domain.RefusalCode) {
	const head, around = 8, 12 // the signature; length, name and check of a chunk
	left := int64(maxText)
	for rest, first := file[head:], true; len(rest) >= around; first = false {
		length := int64(binary.BigEndian.Uint32(rest))
		if length > int64(len(rest)-around) {
			return 0, domain.FileDamaged
		}
		name, data := string(rest[4:8]), rest[8:8+length]
		if first {
			if name != "IHDR" || length != 13 {
				return 0, domain.FileDamaged
			}
			if tooManyPoints(int64(binary.BigEndian.Uint32(data)), int64(binary.BigEndian.Uint32(data[4:]))) {
				return 0, domain.FileExpands
			}
		}
		if slices.Contains([]string{"zTXt", "iTXt", "iCCP"}, name) && opensBeyond(data, &left) {
			return 0, domain.FileExpands
		}
		rest = rest[around+length:]
		if name == "IEND" {
			if len(rest) > 0 {
				return 0, domain.FileAmbiguous
			}
			return 1, ""
		}
	}
	return 0, domain.FileDamaged
}

// maxText is how much the compressed texts of a picture may hold.
const maxText = 8 << 20

// opensBeyond tells whether the text that is compressed somewhere in a chunk opens to
// more than is left.
func opensBeyond(data []byte, left *int64) bool {
	for at := range min(len(data), 400) { // after a name of 79 letters at most, and a language
		if data[at] != 0x78 {
			continue
		}
		z, err := zlib.NewReader(bytes.NewReader(data[at:]))
		if err != nil {
			continue
		}
		n, _ := io.Copy(io.Discard, io.LimitReader(z, *left+1))
		if *left -= n; *left < 0 {
			return true
		}
	}
	return false
}

// inspectTIFF goes through the directories, each of a page.
func inspectTIFF(file []byte) (pages int, problem domain.RefusalCode) {
	var order binary.ByteOrder = binary.LittleEndian
	if file[0] == 'M' {
		order = binary.BigEndian
	}
	if len(file) < 8 {
		return 0, domain.FileDamaged
	}
	var points int64
	for at := int64(order.Uint32(file[4:])); at != 0; pages++ {
		if at < 8 || at+2 > int64(len(file)) || pages > maxPages {
			return 0, domain.FileDamaged
		}
		const entry = 12
		count := int64(order.Uint16(file[at:]))
		if at+2+count*entry+4 > int64(len(file)) {
			return 0, domain.FileDamaged
		}
		var width, height int64
		for i := range count {
			field := file[at+2+i*entry:]
			switch order.Uint16(field) {
			case 256:
				width = tiffNumber(order, field)
			case 257:
				height = tiffNumber(order, field)
			}
		}
		if width == 0 || height == 0 {
			return 0, domain.FileDamaged
		}
		if tooManyPoints(width, height) {
			return 0, domain.FileExpands
		}
		if points += width * height; points > maxPoints {
			return 0, domain.FileExpands
		}
		at = int64(order.Uint32(file[at+2+count*entry:]))
	}
	return pages, ""
}

// tiffNumber is the value of a field of one short or long number.
func tiffNumber(order binary.ByteOrder, field []byte) int64 {
	if order.Uint16(field[2:]) == 3 {
		return int64(order.Uint16(field[8:]))
	}
	return int64(order.Uint32(field[8:]))
}

// heicBrand tells the brands of pictures among those of films.
func heicBrand(b []byte) bool {
	return slices.Contains([]string{"heic", "heix", "heim", "heis", "mif1", "msf1"}, string(b))
}

// inspectHEIC goes through the boxes, which must fill the file exactly, and reads the
// sizes of its pictures.
func inspectHEIC(file []byte) (int, domain.RefusalCode) {
	pictures := 0
	problem := boxes(file, "meta/iprp/ipco/ispe", func(size []byte) domain.RefusalCode {
		pictures++
		switch {
		case len(size) != 12:
			return domain.FileDamaged
		case tooManyPoints(int64(binary.BigEndian.Uint32(size[4:])), int64(binary.BigEndian.Uint32(size[8:]))):
			return domain.FileExpands
		}
		return ""
	})
	if problem == "" && pictures == 0 {
		problem = domain.FileDamaged
	}
	return 1, problem
}

// boxes goes through those that fill a box, or the file, and visits the ones at the end
// of that path.
func boxes(in []byte, path string, visit func(body []byte) domain.RefusalCode) domain.RefusalCode {
	first, deeper, more := strings.Cut(path, "/")
	for len(in) > 0 {
		body, rest, ok := box(in)
		if !ok {
			return domain.FileDamaged
		}
		var problem domain.RefusalCode
		switch name := string(in[4:8]); {
		case name != first:
		case !more:
			problem = visit(body)
		case name == "meta" && len(body) < versionLength:
			problem = domain.FileDamaged
		case name == "meta":
			problem = boxes(body[versionLength:], deeper, visit)
		default:
			problem = boxes(body, deeper, visit)
		}
		if problem != "" {
			return problem
		}
		in = rest
	}
	return ""
}

// versionLength is that of what stands before the boxes of some.
const versionLength = 4

// box takes the first one apart: false when it says to be longer than there is.
func box(in []byte) (body, rest []byte, ok bool) {
	head := uint64(8)
	if uint64(len(in)) < head {
		return nil, nil, false
	}
	size := uint64(binary.BigEndian.Uint32(in))
	switch size {
	case 0: // to the end
		size = uint64(len(in))
	case 1: // a long one
		if head = 16; uint64(len(in)) < head {
			return nil, nil, false
		}
		size = binary.BigEndian.Uint64(in[8:])
	}
	if size < head || size > uint64(len(in)) {
		return nil, nil, false
	}
	return in[head:size], in[size:], true
}
