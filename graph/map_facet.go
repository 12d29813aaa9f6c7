package graph

// What maps are counted from is no part of the contract: stock_map.go shows the counts.
