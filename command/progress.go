package command

import (
	"log/slog"

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
