package command

import (
	"log/slog"
	"time"

	"github.com/schollz/progressbar/v3"
)

// progress shows how far a long command is: a bar with rate and time left on a
// terminal, a line every tenth of the way in a log.
type progress struct {
	bar         *progressbar.ProgressBar
	log         *slog.Logger
	total, seen int
}

func newProgress(env Environment, log *slog.Logger, total int) *progress {
	p := &progress{log: log, total: total}
	if isTerminal(env.Stderr) {
		p.bar = progressbar.NewOptions(total,
			progressbar.OptionSetWriter(env.Stderr),
			progressbar.OptionSetDescription("importing"),
			progressbar.OptionShowCount(), progressbar.OptionShowIts(),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// done says that one more thing is done.
func (p *progress) done() {
	p.seen++
	if p.bar != nil {
		// A bar that cannot be drawn is no reason to stop.
		_ = p.bar.Add(1)
		return
	}
	if tenth := p.total / 10; tenth > 0 && p.seen%tenth == 0 {
		p.log.Info("importing", "done", p.seen, "of", p.total)
	}
}

// finish takes the bar away.
func (p *progress) finish(ok bool) {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
	p.log.Info("import ended", "done", p.seen, "of", p.total, "committed", ok)
}

// byteProgress shows how much of a file has been read: the same, for a file whose
// lines nobody has counted.
type byteProgress struct {
	bar                 *progressbar.ProgressBar
	log                 *slog.Logger
	total, seen, tenths int64
	started             time.Time
}

func newByteProgress(env Environment, log *slog.Logger, total int64) *byteProgress {
	p := &byteProgress{log: log, total: total, started: time.Now()}
	if isTerminal(env.Stderr) {
		p.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(env.Stderr),
			progressbar.OptionSetDescription("reading"),
			progressbar.OptionShowBytes(true), progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
		)
	}
	return p
}

// read says that so many bytes more were read.
func (p *byteProgress) read(bytes int) {
	// Of an archive, the directory is read as well.
	p.seen = min(p.seen+int64(bytes), p.total)
	if p.bar != nil {
		// A bar that cannot be drawn is no reason to stop.
		_ = p.bar.Set64(p.seen)
	}
	tenths := p.seen * 10 / max(p.total, 1)
	if tenths <= p.tenths {
		return
	}
	p.tenths = tenths
	if p.bar == nil {
		took := time.Since(p.started)
		left := time.Duration(float64(took) * float64(p.total-p.seen) / float64(p.seen))
		p.log.Info("reading", "percent", 10*tenths, "bytes_per_second", int(float64(p.seen)/took.Seconds()), "left", left.Round(time.Second))
	}
}

// loaded says that the rest is up to the database.
func (p *byteProgress) loaded() { p.log.Info("read; comparing and writing") }

// end takes the bar away.
func (p *byteProgress) end(lines int, ok bool) {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
	took := time.Since(p.started)
	p.log.Info("import ended", "lines", lines, "took", took.Round(time.Millisecond),
		"lines_per_second", int(float64(lines)/took.Seconds()), "committed", ok)
}
