package server

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
)

const (
	// compressFrom is the size of answers from which compression pays, in bytes:
	// less fits into one packet anyway.
	compressFrom = 1_400
	// Levels at which both are faster than a 1 Gb/s network.
	brotliLevel = 4
	gzipLevel   = 5
)

// encoder is a compressor that is used again for the next answer.
type encoder interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

// compress encodes answers by br or gzip as the caller accepts. Tiny answers,
// encoded ones and event streams go out as they are.
func compress() func(http.Handler) http.Handler {
	encoders := map[string]*sync.Pool{
		"br":   {New: func() any { return brotli.NewWriterLevel(nil, brotliLevel) }},
		"gzip": {New: func() any { return must(gzip.NewWriterLevel(nil, gzipLevel)) }},
	}
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Add("Vary", "Accept-Encoding")
			encoding := negotiateEncoding(strings.Join(r.Header.Values("Accept-Encoding"), ","))
			if encoding == "" || r.Method == http.MethodHead || r.Header.Get("Upgrade") != "" {
				next.ServeHTTP(w, r)
				return
			}
			cw := &compressedWriter{ResponseWriter: w, encoding: encoding, pool: encoders[encoding]}
			// Not deferred: after a panic nothing half-written may look whole.
			next.ServeHTTP(cw, r)
			cw.close()
		})
	}
}

// must is for constructors whose arguments are constants.
func must[T any](v T, err error) T {
	if err != nil {
		panic(err) //nolint:forbidigo // a constant is wrong: a mistake of this build
	}
	return v
}

// compressedWriter holds an answer back until it is large enough to be worth
// encoding, or is done.
type compressedWriter struct {
	http.ResponseWriter
	encoding string
	pool     *sync.Pool

	status  int
	held    []byte
	decided bool
	encoder encoder // nil while undecided, and for answers sent as they are
}

func (w *compressedWriter) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

func (w *compressedWriter) Write(p []byte) (int, error) {
	if !w.decided {
		if len(w.held)+len(p) < compressFrom && !w.streaming() {
			w.held = append(w.held, p...)
			return len(p), nil
		}
		w.decide(!w.streaming())
		if err := w.release(); err != nil {
			return 0, err
		}
	}
	if w.encoder != nil {
		return w.encoder.Write(p)
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *compressedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *compressedWriter) streaming() bool {
	return strings.HasPrefix(w.Header().Get("Content-Type"), "text/event-stream")
}

// decide settles the encoding and sends the headers.
func (w *compressedWriter) decide(large bool) {
	w.decided = true
	h := w.Header()
	bodiless := w.status == http.StatusNoContent || w.status == http.StatusNotModified
	if large && !bodiless && h.Get("Content-Encoding") == "" {
		h.Set("Content-Encoding", w.encoding)
		h.Del("Content-Length")
		w.encoder, _ = w.pool.Get().(encoder)
		w.encoder.Reset(w.ResponseWriter)
	}
	if w.status != 0 {
		w.ResponseWriter.WriteHeader(w.status)
	}
}

// release sends what was held back.
func (w *compressedWriter) release() error {
	held := w.held
	w.held = nil
	if len(held) == 0 {
		return nil
	}
	var err error
	if w.encoder != nil {
		_, err = w.encoder.Write(held)
	} else {
		_, err = w.ResponseWriter.Write(held)
	}
	return err
}

func (w *compressedWriter) close() {
	if !w.decided {
		if len(w.held) > 0 && w.Header().Get("Content-Length") == "" {
			w.Header().Set("Content-Length", strconv.Itoa(len(w.held)))
		}
		w.decide(false)
		_ = w.release() // a caller that went away is all that can fail here
	}
	if w.encoder == nil {
		return
	}
	_ = w.encoder.Close()
	w.encoder.Reset(io.Discard)
	w.pool.Put(w.encoder)
	w.encoder = nil
}

// FlushError sends what there is: an answer that is flushed is a stream.
func (w *compressedWriter) FlushError() error {
	if !w.decided {
		w.decide(false)
		if err := w.release(); err != nil {
			return err
		}
	}
	if w.encoder != nil {
		if err := w.encoder.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(w.ResponseWriter).Flush()
}
