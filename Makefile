# Short names for what CMake and script/ do.
.PHONY: all help setup test asan tsan fuzz bench format lint install uninstall clean

export CTEST_PARALLEL_LEVEL ?= $(shell nproc)

all: ## build the program, build/winnow
	@[ -f build/build.ninja ] || cmake --preset release
	cmake --build --preset release --target winnow

help: ## list these targets
	@awk -F ':.* ## ' '/^[a-z]+:.* ## / { printf "%-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## install the packages for building and testing (Debian 12)
	script/setup --tests

test: ## run every check that CI runs
	script/test

asan: ## run the tests with the address and undefined-behaviour sanitizers
	cmake --preset asan && cmake --build --preset asan && ctest --preset asan

tsan: ## run the tests that start threads, with the thread sanitizer
	cmake --preset tsan && cmake --build --preset tsan && ctest --preset tsan

fuzz: ## fuzz every parser for a few seconds
	script/fuzz

bench: ## measure the kernels and the engine (bench/README.md has more)
	cmake --preset release && cmake --build --preset release --target bench_kernels bench_engine
	build/bench_kernels && build/bench_engine inference/models/winnow-small.winnow

format: ## format the C and C++ code
	git ls-files '*.c' '*.h' '*.cc' | xargs clang-format -i

lint: ## check formatting, shell scripts, and C code with clang-tidy
	script/lint

install: all ## install program, model, manual and examples (respects DESTDIR)
	cmake --install build

uninstall: ## remove what `make install` installed
	cmake -P build/uninstall.cmake

clean: ## remove the build folder
	rm -rf build
