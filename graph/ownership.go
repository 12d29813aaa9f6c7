package graph

// Ownerships have no field that is computed: they are read with their building.
