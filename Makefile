# Short names for what CMake and script/ do. `make help` lists them.
.PHONY: all help setup test asan tsan fuzz bench format lint install uninstall clean

all: ## build build/winnow
	@[ -f build/build.ninja ] || cmake --preset release
	cmake --build --preset release --target winnow

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.* ## /\1	/p' $(MAKEFILE_LIST) | column -t -s '	'

setup: ## install the packages that build and tests need (Debian 12)
	script/setup --tests

test: ## run everything that CI runs
	script/test

asan: ## run the tests with the address and undefined-behaviour sanitizers
	cmake --preset asan && cmake --build --preset asan && ctest --preset asan

tsan: ## run the engine's and the workers' tests with the thread sanitizer
	script/thread-sanitizer --long

fuzz: ## fuzz every parser for a few seconds
	script/fuzz-smoke

bench: ## measure kernels and engine
	cmake --preset release && cmake --build --preset release --target bench_kernels bench_engine
	build/bench_kernels && build/bench_engine inference/models/winnow-small.winnow

format: ## format all C files
	git ls-files '*.c' '*.h' '*.cc' | xargs clang-format -i

lint: ## check formatting, shell scripts and C code
	script/lint

install: all ## install program, model, manual page and examples (DESTDIR is respected)
	cmake --build --preset release && cmake --install build

uninstall: ## remove what `make install` installed
	cmake --build --preset release --target uninstall

clean: ## remove the build folder
	rm -rf build
