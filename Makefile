# Every step says what it does, does nothing that was done before, and fails with a sentence to act on.
# Needed: Rust, Node.js, Python. What else is used is installed into $FLANEUR_CACHE (else ~/.cache/flaneur).

.DEFAULT_GOAL := help
.PHONY: help run build models web check test test-rust test-fuzz test-web test-e2e test-s3 test-faults test-deploy fuzz bench-queue bench-jpeg bench-geotag bench-redaction bench-intake bench-read bench-dataset bench-batch bench-fetch

help: ## Show this
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

run: ## Run the server: make run PORT=8080 DATA=flaneur-data ARGS="--anonymous-uploads"
	@PORT="$(PORT)" DATA="$(DATA)" scripts/run.sh $(ARGS)

build: ## Build target/release/flaneur with the site in it
	@scripts/build.sh

models: ## Fetch the detection models and ONNX Runtime into models/
	@scripts/models.sh

web: ## Build the site into web/dist
	@scripts/web.sh

check: ## Find what is wrong without running it: format, lints, types, documentation, dependencies
	@scripts/check.sh

test: ## Run all tests
	@scripts/test.sh rust fuzz web e2e deploy

test-rust: ## Run the tests of the crates
	@scripts/test.sh rust

test-fuzz: ## Fuzz for a moment what reads untrusted files: the same each time
	@scripts/test.sh fuzz

test-web: ## Run the tests of the site and of the scripts
	@scripts/test.sh web

test-e2e: ## Drive the built binary with real clients and a real browser
	@scripts/test.sh e2e

test-s3: ## Run what concerns S3 on a cluster of three Garage nodes (builds Garage: 20 minutes, once)
	@scripts/test-s3.sh

test-faults: ## Send 200 pictures for each kind of fault, and write bench/results/faults.md (half an hour)
	@scripts/test-faults.sh

test-deploy: ## Install in a bare Debian as deploy/ and docs/operations.md say
	@scripts/test.sh deploy

fuzz: ## Fuzz: make fuzz TARGET=jpeg_surgery FOR=600 (seconds) or FOR=1000000runs
	@scripts/fuzz.sh "$(or $(TARGET),all)" "$(or $(FOR),60)"

bench-queue: ## Measure the job queue on PostgreSQL, beside the reference server's
	@scripts/bench.sh queue

bench-jpeg: ## Measure JPEG surgery, beside other ways to redact and to make copies
	@scripts/bench.sh jpeg

bench-geotag: ## Read the geotags of the shared photos, beside exiftool and the reference server's reader
	@scripts/bench.sh geotag

bench-redaction: ## Look for faces and plates in what was redacted of labelled photos, and write bench/results/redaction.md
	@scripts/bench.sh redaction

bench-read: ## Measure what readers' requests cost on simulated catalogs, beside the reference server: 100,000 and 1,000,000 pictures, or PICTURES=…
	@scripts/bench.sh read $(PICTURES)

bench-dataset: ## Measure writing the dataset of a simulated million, and finding a town in it, beside the reference server
	@scripts/bench.sh dataset $(PICTURES)

bench-batch: ## Measure a hundred thousand annotations in one request, beside as many requests
	@scripts/bench.sh batch

bench-fetch: ## Fetch 10,000 pictures, killed three times meanwhile, and look whether all are there
	@scripts/bench.sh fetch $(PICTURES)

bench-intake: ## Measure what it costs to take files in, beside the reference server, and what hostile files cost
	@scripts/bench.sh intake $(PARTS)
