// Package leak compares what the API shows with what the rules in words say: random
// small worlds are written into a real database, every kind of caller asks for every
// surface of an application's record, and each answer must be exactly the one that the
// oracle gives. Its registry names the surfaces; what the contract shows beside them
// fails a test.
//
// It may import anything but main. Only tests import it.
package leak
