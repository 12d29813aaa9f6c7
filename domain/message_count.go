package domain

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf16"
)

// The bounds of what is told at once.
const (
	MaxMessageMonths = 12
	MaxMessageCosts  = 1000
)

// MessageCount is how many messages of a kind went out by a channel for a reception point in a
// month, and what they cost. It knows nobody, and outlives the messages that it counts.
type MessageCount struct {
	// ReceptionPointID is empty for those that no point may count.
	ReceptionPointID ID
	// Month is its first day.
	Month   Date
	Channel MessageChannel
	Kind    MessageKind
	// Messages went out, and Units of them are paid for: see [MessageChannel.Units].
	Messages, Units int
	// Cost is in thousandths of a cent: a message by mail costs less than a cent.
	Cost int
}

// MessageCost is what is told of such counts: of a kind, or of several together.
type MessageCost struct {
	// ReceptionPointID is nil for those that no point may count.
	ReceptionPointID *ID
	Month            Date
	Channel          MessageChannel
	// Kind is nil for several kinds together, each of too few messages to be told alone.
	Kind            *MessageKind
	Messages, Units int
	Cost            Money
}

// costUnit is how many units of a [MessageCount]'s cost are a cent.
const costUnit = 1000

// MessageCosts tells of counts what tells of nobody: each figure rests on so many messages at
// least. The kinds of a point, month and channel that are fewer are told together, with the
// smallest others until they are enough, so that nothing follows from a sum; where they never
// are enough nothing is told. The order is that of the counts, what is told together last.
func MessageCosts(counts []MessageCount, threshold int) []*MessageCost {
	costs := []*MessageCost{}
	for from := 0; from < len(counts); {
		until := from + 1
		for until < len(counts) && counts[until].sameSum(counts[from]) {
			until++
		}
		costs = append(costs, tellMessages(counts[from:until], threshold)...)
		from = until
	}
	return costs
}

// sameSum tells whether the sum of the two would tell of each from the other.
func (c MessageCount) sameSum(other MessageCount) bool {
	return c.ReceptionPointID == other.ReceptionPointID && c.Month == other.Month && c.Channel == other.Channel
}

func tellMessages(counts []MessageCount, threshold int) []*MessageCost {
	smallest := slices.Clone(counts)
	slices.SortStableFunc(smallest, func(a, b MessageCount) int { return cmp.Compare(a.Messages, b.Messages) })
	together := MessageCount{ReceptionPointID: counts[0].ReceptionPointID, Month: counts[0].Month, Channel: counts[0].Channel}
	var folded []MessageKind
	for _, c := range smallest {
		if c.Messages < threshold || len(folded) > 0 && together.Messages < threshold {
			folded = append(folded, c.Kind)
			together.Messages, together.Units, together.Cost = together.Messages+c.Messages, together.Units+c.Units, together.Cost+c.Cost
		}
	}
	var costs []*MessageCost
	for _, c := range counts {
		if !slices.Contains(folded, c.Kind) {
			costs = append(costs, c.told(&c.Kind))
		}
	}
	if len(folded) > 0 && together.Messages >= threshold {
		costs = append(costs, together.told(nil))
	}
	return costs
}

func (c MessageCount) told(kind *MessageKind) *MessageCost {
	cost := &MessageCost{
		Month: c.Month, Channel: c.Channel, Kind: kind, Messages: c.Messages, Units: c.Units,
		Cost: Money((c.Cost + costUnit/2) / costUnit),
	}
	if c.ReceptionPointID != "" {
		cost.ReceptionPointID = &c.ReceptionPointID
	}
	return cost
}

// Units is how many times that text is paid for by the channel: a mail once, a text message
// for each of its segments.
func (c MessageChannel) Units(text string) int {
	if c != MessageByText {
		return 1
	}
	return textSegments(text)
}

// The alphabet of text messages (3GPP TS 23.038, 6.2.1), without its Greek capitals, which
// nobody writes here. What is extended takes two places.
const (
	textAlphabet = "@£$¥èéùìòÇ\nØø\rÅå_ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	textExtended = "^{}\\[~]|€"
)

// The places of a text message, alone and as a part of a longer one: of the alphabet, and of
// UTF-16 for a text with any other character.
const (
	textAlone, textPart = 160, 153
	wideAlone, widePart = 70, 67
)

// textSegments is in how many parts a text travels.
func textSegments(text string) int {
	places := 0
	for _, r := range text {
		switch {
		case strings.ContainsRune(textAlphabet, r):
			places++
		case strings.ContainsRune(textExtended, r):
			places += 2
		default:
			return parts(len(utf16.Encode([]rune(text))), wideAlone, widePart)
		}
	}
	return parts(places, textAlone, textPart)
}

func parts(places, alone, part int) int {
	if places <= alone {
		return 1
	}
	return (places + part - 1) / part
}
