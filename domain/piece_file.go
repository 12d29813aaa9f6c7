package domain

import (
	"io"
	"slices"
)

// MediaType is the kind of a file that may be given as a piece.
type MediaType string

// The kinds of files: what scanners and telephones make, and nothing that runs.
const (
	MediaPDF  MediaType = "PDF"
	MediaJPEG MediaType = "JPEG"
	MediaPNG  MediaType = "PNG"
	MediaHEIC MediaType = "HEIC"
	MediaTIFF MediaType = "TIFF"
)

// Values lists the kinds, in the order of the contract.
func (MediaType) Values() []string {
	return []string{string(MediaPDF), string(MediaJPEG), string(MediaPNG), string(MediaHEIC), string(MediaTIFF)}
}

// MarshalGQL writes the word of the contract.
func (m MediaType) MarshalGQL(w io.Writer) { marshalEnum(w, m) }

// UnmarshalGQL reads the word of the contract.
func (m *MediaType) UnmarshalGQL(v any) error { return unmarshalEnum(v, m) }

// MIME is the name of the kind in a Content-Type.
func (m MediaType) MIME() string {
	switch m {
	case MediaPDF:
		return "application/pdf"
	case MediaJPEG:
		return "image/jpeg"
	case MediaPNG:
		return "image/png"
	case MediaHEIC:
		return "image/heic"
	case MediaTIFF:
		return "image/tiff"
	}
	return "application/octet-stream"
}

// Suffix is how the names of such files end.
func (m MediaType) Suffix() string {
	suffixes := []string{".pdf", ".jpg", ".png", ".heic", ".tif"}
	if i := slices.Index(m.Values(), string(m)); i >= 0 {
		return suffixes[i]
	}
	return ""
}

// FileContent is what a look into a file found.
type FileContent struct {
	Type  MediaType
	Pages int
}

// StoredFile is a file of the storage.
type StoredFile struct {
	Name   string    `json:"name"`
	Size   int       `json:"size"`
	SHA256 string    `json:"sha256"`
	Type   MediaType `json:"type"`
	Pages  int       `json:"pages"`
}

// ScanState says what the antivirus made of a file. What is not CLEAN is shown to nobody.
type ScanState string

// The states of a scan.
const (
	ScanPending  ScanState = "PENDING"
	ScanClean    ScanState = "CLEAN"
	ScanInfected ScanState = "INFECTED"
)

// Values lists the states, in the order of the contract.
func (ScanState) Values() []string {
	return []string{string(ScanPending), string(ScanClean), string(ScanInfected)}
}

// MarshalGQL writes the word of the contract.
func (s ScanState) MarshalGQL(w io.Writer) { marshalEnum(w, s) }

// UnmarshalGQL reads the word of the contract.
func (s *ScanState) UnmarshalGQL(v any) error { return unmarshalEnum(v, s) }

// FileRefused says what is wrong with a file, in the words of its code.
func FileRefused(code RefusalCode) *Refusal {
	words := fileRefusals[code]
	return &Refusal{Code: code, Field: []string{"ticket"}, Message: words.message, Help: words.help}
}

var fileRefusals = map[RefusalCode]struct{ message, help Text }{
	FileType: {
		Text{EN: "This is no PDF, JPEG, PNG, HEIC or TIFF.", FR: "Ce n'est ni un PDF, ni un JPEG, PNG, HEIC ou TIFF."},
		Text{EN: "Scan or photograph the document.", FR: "Numériser ou photographier le document."},
	},
	FileTypeDiffers: {message: Text{EN: "The file is of another type than was told.", FR: "Le fichier n'est pas du type annoncé."}},
	FileDamaged: {
		Text{EN: "The file is damaged: it cannot be read to its end.", FR: "Le fichier est abîmé : il ne se lit pas jusqu'au bout."},
		Text{EN: "Make it again.", FR: "Le refaire."},
	},
	FileExpands: {
		Text{EN: "Once opened the file would fill far more than its size.", FR: "Une fois ouvert, le fichier prendrait bien plus que sa taille."},
		Text{EN: "Scan it at 300 dots an inch.", FR: "Le numériser à 300 points par pouce."},
	},
	FileAmbiguous: {message: Text{EN: "The file is of several types at once.", FR: "Le fichier est de plusieurs types à la fois."}},
	FileLocked: {
		Text{EN: "The file is locked or packed in a way that cannot be checked.", FR: "Le fichier est verrouillé, ou compressé d'une façon qui ne se vérifie pas."},
		Text{EN: "Print it to a new PDF.", FR: "L'imprimer dans un nouveau PDF."},
	},
	FileHashDiffers: {
		Text{EN: "What arrived is not what was told: the SHA-256 differs.", FR: "Ce qui est arrivé n'est pas ce qui était annoncé : le SHA-256 diffère."},
		Text{EN: "Prepare another upload and send it again.", FR: "Préparer un autre envoi et recommencer."},
	},
	UploadUnfinished: {
		Text{EN: "Not all of the file has arrived.", FR: "Le fichier n'est pas arrivé en entier."},
		Text{EN: "Resume the upload.", FR: "Reprendre l'envoi."},
	},
}
