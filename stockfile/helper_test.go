package stockfile_test

import (
	"math"
	"strconv"
)

func rad(degrees float64) float64 { return degrees * math.Pi / 180 }

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 3, 64) }

// meridian integrates the length of the meridian of GRS80 from the equator, in
// metres, by Simpson's rule.
func meridian(latitude float64) float64 {
	const e2, a, steps = 0.00669438002290, 6378137.0, 2000
	curvature := func(phi float64) float64 {
		return a * (1 - e2) / math.Pow(1-e2*math.Sin(phi)*math.Sin(phi), 1.5)
	}
	h := rad(latitude) / steps
	sum := curvature(0) + curvature(rad(latitude))
	for i := 1; i < steps; i++ {
		sum += float64(2+i%2*2) * curvature(float64(i)*h)
	}
	return sum * h / 3
}
