package graph

// Who is named on a protected file is told to nobody: an agent that is sees the file.
