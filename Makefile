# The commands of the house. `make help` lists them.

TOOLS := go tool -modfile=.ci/tools/go.mod

# Compilers and tests alike collect garbage a quarter as often, within bounds: it took a
# sixth of the processor time of a cold build. Tests end before they have much to collect.
test: export GOGC ?= 1600
race lint fresh clients: export GOGC ?= 400
test race lint fresh clients: export GOMEMLIMIT ?= 3GiB

# What runs things at once, for the race detector: the rest gains nothing by it and
# takes minutes. TestWhatRunsAtOnceIsRaced finds what is missing.
RACED := ./audit ./auth ./digitiser ./graph ./graph/scalar ./internal/pgserver ./internal/pqcache \
	./internal/testdb ./messenger ./policy/guard ./registry ./server ./service ./stockmap

# Histories drawn at random, left out of it: they repeat at length, one act after the
# other, what the tests beside them do once; and what measures memory.
DRAWN := TestVerifyTakesNoMemory TestTilesHaveWhatListsHave TestImportKeepsHistory TestNoAdministratorRaisesItself TestAnyLifeThroughTheService \
	TestPointsJoinBuildings TestComparisonOfAnyVintages TestStatisticsAreThoseOfTheList TestGeneratedExtracts \
	TestNobodyOpensToItself

help: ## List the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 20

run: postgresql ## Start the service in its sandbox on http://127.0.0.1:8080/graphql
	go run . serve --sandbox

# Those that wait for others most come first: last, they would wait alone.
test: postgresql clamav ## Run every test (`make lint` does what vet would)
	go test -vet=off ./service ./sandbox ./command ./bench ./internal/leak ./server ./...

# All is compiled anew for the race detector: without what a debugger would read, and the
# entities, for which everything waits, in half of the time without inlining.
race: postgresql ## Run the tests of what runs things at once under the race detector
	go test -vet=off -race -gcflags=all=-dwarf=false -gcflags='$(shell go list ./ent)=-l -dwarf=false' -timeout 40m -skip '$(shell echo $(DRAWN) | tr " " "|")' $(RACED)

bench: postgresql ## Measure the documented operations against hand-written SQL, what the record of reads costs, and booking
	go run ./bench
	go test ./bench -run '^$$' -bench 'BenchmarkAudit|BenchmarkBooking' -benchtime 20x

bench-postgraphile: postgresql ## Measure beside PostGraphile too, at 1, 16 and 64 connections: needs npm
	go run ./bench -postgraphile -connections 1,16,64 -start=false

budgets: postgresql ## Look at the plans of documented reads over 52 000 and 520 000 dwellings, 20 000 and 200 000 applications
	go test ./bench -run WithinTheirBudget -whole-stock -v -timeout 60m

bench-import: postgresql ## Measure the import of the stock against COPY: make bench-import scale=1
	go run ./bench -import -scale $(or $(scale),1)

bench-map: postgresql ## Measure vector tiles against hand-written SQL, and ST_AsMVT where PostGIS is: make bench-map scale=1
	go run ./bench -map -scale $(or $(scale),1)

bench-growth: times ?= 1,10
bench-growth: postgresql ## Measure how the time of each read grows with the data, and draw it: make bench-growth times=1,10,100
	go run ./bench -growth $(times) -seconds 0.5 -plot bench/growth.svg

clients: postgresql ## Run real clients and public audits against the service (needs Node 20)
	clients/run

writers: postgresql ## Compare many answers with and without generated writers, then break the writers to see it noticed
	go test ./graph/writers -count=1 -timeout 60m -v -run Same -odd-queries 10000 -api-queries 2000
	go run ./graph/writers/mutate -n 12 -seed $$(date +%s)

extracts: postgresql ## Import a thousand generated extracts of the national registry, and export them again
	go test ./service -count=1 -v -run TestGeneratedExtracts -extracts 1000

leak: postgresql ## Compare 10 000 callers in random worlds with the rules in words, then break each rule to see it noticed: make leak seed=1
	go test ./internal/leak -count=1 -v -timeout 4h -pairs $(or $(pairs),10000) -twins 40 -timed 20000 $(if $(seed),-seed $(seed))
	go test ./policy -count=1 -v -timeout 4h -run TestMutationsAreCaught -mutations 0
	go run ./internal/leak/mutate
	go test ./domain -count=1 -v -timeout 1h -run TestPublication -publications 10000

booking: postgresql ## Book, move and cancel 10 000 times while the program and PostgreSQL are killed: make booking seed=1
	go test ./command -count=1 -v -timeout 1h -run TestKilledWhileClientsBook -acts 10000 -shots 24 $(if $(seed),-seed $(seed))

managed: postgresql ## Send a file of 52 000 managed dwellings: how fast, with how much memory, and killed at random moments
	go test ./server -run '^$$' -bench BenchmarkFileOfManagedStock -benchtime 3x
	go test ./command -count=1 -v -timeout 1h -run TestKilledWhileManagedStockIsSent -whole-managed

lint: ## Look for what the compiler lets through
	$(TOOLS) golangci-lint run ./...

fuzz: postgresql ## Run each fuzz target for a while: make fuzz seconds=30
	.ci/fuzz $(or $(seconds),10)

generate: ## Generate the code of ent/ and graph/ again
	go generate .

fresh: generate ## Fail when the generated code is not that of the schemas
	git diff --exit-code -- ent graph

migration: postgresql ## Write the migration that the schema needs: make migration name=add_x
	go run ./ent/migrate/diff $(name)

check: test race lint fresh clients ## All that CI runs

postgresql:
	@.ci/install-postgresql

clamav:
	@.ci/install-clamav

.PHONY: help run test race bench bench-import bench-map bench-growth bench-postgraphile budgets clients writers extracts leak booking managed lint fuzz generate fresh migration check postgresql clamav
