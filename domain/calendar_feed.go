package domain

// MaxCalendarFeeds bounds those of one person.
const MaxCalendarFeeds = 5

// TooManyCalendarFeeds refuses one more.
func TooManyCalendarFeeds() Refusals {
	return Refusals{refuse(Invalid,
		"You have 5 feeds: revoke one first.", "Vous avez 5 flux : en révoquer un d'abord.")}
}

// maxFeedLabel is in characters.
const maxFeedLabel = 60

// CheckFeedLabel refuses what is no word for a feed.
func CheckFeedLabel(label string) Refusals { return oneLine(label, 1, maxFeedLabel, []string{"label"}) }
