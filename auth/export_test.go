package auth

// What the tests need to know of the keyring's pace.
const (
	RefreshEvery   = refreshEvery
	RefreshAtMost  = refreshAtMost
	KeepFor        = keepFor
	FirstRetry     = firstRetry
	LastRetry      = lastRetry
	MaxKeySetBytes = maxKeySetBytes
)
