#!/usr/bin/env python3
"""peers.py - compares Winnow's engine with CTranslate2 and ONNX Runtime on the same weights and texts.

    bench/peers.py [--quick] [--only REGEX] [--work DIR] [--build build]

Needs bench/requirements.txt, build/winnow and build/bench_engine. Writes models with random weights
to DIR once (about 2 GB). Prints one table; ratios are CTranslate2's time divided by Winnow's.
bench/README.md explains the figures.

The workers. Each engine is a process that reads requests, one a line, and replies in JSON:
    load THREADS REPLICAS BEAM OUTPUT BATCH_TOKENS TEXTS   prepare; OUTPUT is the maximum of `run`
    run OUTPUT                                             encode all, decode OUTPUT tokens for each
    open                                                   open the model again
    memory                                                 megabytes: base (empty process) and peak
"""
import argparse
import dataclasses
import datetime
import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PAUSE = 0.1  # seconds between two engines, until the threads of the previous one stop spinning

# Keeps memory that CTranslate2 frees in its process, which avoids page faults.
KEEP_MEMORY = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": "4000000000",
               "MALLOC_TOP_PAD_": "67108864"}


@dataclasses.dataclass
class Engine:
    name: str
    model: str           # key of make_models
    command: list
    environment: dict = dataclasses.field(default_factory=dict)
    batch_tokens: int = 4096  # for each thread, in the pipeline load; more is hardly faster and needs more memory
    has_replicas: bool = False


@dataclasses.dataclass
class Load:
    name: str
    title: str
    lengths: list
    output: int
    targets: dict                 # metric: minimum ratio to CTranslate2, or None
    threads: int = 1
    beam: int = 1
    shape: str = "small"
    pipeline: bool = False        # batches limited by tokens; one run of `output` tokens in each round
    rounds: int = 5


def pipeline_lengths(count):
    choose = random.Random(111)
    return [max(4, min(512, round(choose.lognormvariate(4.465, 0.7)))) for _ in range(count)]


def loads(quick):
    inputs = pipeline_lengths(150 if quick else 1000)
    chosen = [
        Load("encoder-8x256-1t", "8 x 256", [256] * 8, 65,
             {"encoder": 1.5, "step": None, "total": None}),
        Load("encoder-8x256-2t", "8 x 256", [256] * 8, 65,
             {"encoder": 1.6, "step": None, "total": None}, threads=2),
        Load("encoder-1x128-1t", "1 x 128", [128], 65,
             {"encoder": 1.5, "step": None, "total": None}, rounds=9),
        Load("decode-1-1t", "1 x 256", [256], 65,
             {"encoder": None, "step": 3.5, "total": None}, rounds=7),
        Load("decode-32-1t", "32 x 256", [256] * 32, 65,
             {"encoder": None, "step": 3.5, "total": None}, rounds=3),
        Load("beam-8-1t", "beam 4, 8 x 256", [256] * 8, 64, {"total": 3.0}, beam=4, rounds=3),
        Load("pipeline-1t", f"pipeline, {len(inputs)} inputs", inputs, 32, {"inputs": None},
             pipeline=True, rounds=2),
        Load("pipeline-2t", f"pipeline, {len(inputs)} inputs", inputs, 32, {"inputs": 2.5},
             threads=2, pipeline=True, rounds=3),
        Load("base-encoder-8x256-1t", "base, 8 x 256", [256] * 8, 5,
             {"encoder": 1.5, "total": None}, shape="base", rounds=3),
        Load("base-decode-1-1t", "base, 1 x 256", [256], 65,
             {"encoder": None, "step": 3.5, "total": None}, shape="base", rounds=5),
    ]
    if quick:
        for load in chosen:
            load.rounds = 1 if load.pipeline else 2
    return chosen


class Worker:
    def __init__(self, engine, model):
        self.engine = engine
        self.log = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            engine.command + [model], text=True, bufsize=1, env={**os.environ,
                                                                 **engine.environment},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log)

    def ask(self, request):
        self.process.stdin.write(request + "\n")
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.engine.name}: {request}: {self.read_log()}")
        return json.loads(line)

    def read_log(self):
        self.log.seek(0)
        return self.log.read()

    def close(self):
        self.process.stdin.close()
        self.process.wait()


# ---- One load ----

def arrangements(load, engine):
    """The combinations of threads and replicas to try; the best one counts."""
    if load.threads == 1 or not engine.has_replicas:
        return [(load.threads, 1)]
    return [(1, load.threads)] if load.pipeline else [(load.threads, 1), (1, load.threads)]


def start(load, engines, models, texts):
    """Starts workers that have opened the load and run it once: (name, worker)."""
    workers = []
    for engine in engines:
        if engine.name == "ort" and (load.beam > 1 or load.pipeline):
            continue
        for threads, replicas in arrangements(load, engine):
            worker = Worker(engine, models[load.shape][engine.model])
            batch = engine.batch_tokens * threads if load.pipeline else 0
            reply = worker.ask(
                f"load {threads} {replicas} {load.beam} {load.output} {batch} {texts}")
            if reply["tokens"] != sum(load.lengths):
                sys.exit(f"{engine.name} found {reply['tokens']} tokens, not {sum(load.lengths)}")
            if not load.pipeline:
                worker.ask("run 1")
            workers.append((engine.name, worker))
    return workers


class ProcessorShare:
    """Measures the share of the processor that other programs use, including steal of a virtual machine."""

    def __init__(self, workers):
        self.files = ["/proc/stat"] + [f"/proc/{w.process.pid}/stat" for w in workers]
        self.start_ticks = self.ticks()

    def ticks(self):
        """All ticks, idle ticks, and ticks of our workers."""
        with open(self.files[0], encoding="ascii") as file:
            fields = list(map(int, file.readline().split()[1:9]))
        ours = 0
        for path in self.files[1:]:
            with open(path, encoding="ascii") as file:
                ours += sum(map(int, file.read().rsplit(")", 1)[1].split()[11:13]))
        return sum(fields), fields[3] + fields[4], ours

    def others_percent(self):
        total, idle, ours = (end - begin for begin, end in zip(self.start_ticks, self.ticks()))
        return max(0, total - idle - ours) / total * 100


def peak_memory(worker):
    """Peak megabytes without those that Python used before the engine was opened."""
    reply = worker.ask("memory")
    return reply["peak"] - reply["base"]


def run(worker, load, output):
    time.sleep(PAUSE)
    reply = worker.ask(f"run {output}")
    if reply["tokens"] != output * len(load.lengths):
        sys.exit(f"{worker.engine.name}: {reply['tokens']} tokens instead of "
                 f"{output} for each of {len(load.lengths)}")
    return reply["seconds"]


def measure(load, engines, models, texts):
    """{engine: {metric: median seconds, "memory": peak megabytes}}, and the percentage of the
    processor that other programs used"""
    workers = start(load, engines, models, texts)
    processor_share = ProcessorShare([worker for _, worker in workers])
    times = [[] for _ in workers]
    for _ in range(load.rounds):
        for (_, worker), taken in zip(workers, times):
            total = run(worker, load, load.output)
            taken.append({"total": total, "inputs": total})
            if "encoder" in load.targets:
                half = (load.output + 1) // 2
                step = (total - run(worker, load, half)) / (load.output - half)
                taken[-1].update(step=step, encoder=run(worker, load, 1) - step)
    others = processor_share.others_percent()
    results = {}
    for (name, worker), taken in zip(workers, times):
        best = results.setdefault(name, {"memory": peak_memory(worker)})
        for metric in load.targets:
            seconds = statistics.median(t[metric] for t in taken)
            best[metric] = min(best.get(metric, seconds), seconds)
        worker.close()
    return results, others


def measure_opening(engines, models, rounds):
    workers = [(engine.name, Worker(engine, models["small"][engine.model])) for engine in engines]
    times = {name: [] for name, _ in workers}
    for _ in range(rounds + 1):
        for name, worker in workers:
            times[name].append(worker.ask("open")["seconds"])
    for _, worker in workers:
        worker.close()
    return {name: statistics.median(taken[1:]) for name, taken in times.items()}


def measure_untuned_memory(load, ct2, models, texts):
    """Peak memory of CTranslate2 if malloc returns freed memory."""
    environment = {name: value for name, value in ct2.environment.items()
                   if name not in KEEP_MEMORY}
    untuned = dataclasses.replace(ct2, environment=environment)
    (_, worker), = start(load, [untuned], models, texts)
    run(worker, load, load.output)
    megabytes = peak_memory(worker)
    worker.close()
    return megabytes


# ---- The table ----

UNITS = {
    "encoder": ("encoder", "tokens/s", lambda load, seconds: f"{sum(load.lengths) / seconds:.0f}"),
    "step": ("decode a step", "ms", lambda load, seconds: f"{seconds * 1e3:.2f}"),
    "total": ("whole", "ms", lambda load, seconds: f"{seconds * 1e3:.1f}"),
    "inputs": ("whole", "inputs/s", lambda load, seconds: f"{len(load.lengths) / seconds:.1f}"),
}


def print_row(cells):
    print("| " + " | ".join(cells) + " |", flush=True)


def print_results(load, results, others):
    for metric, target in load.targets.items():
        what, unit, show = UNITS[metric]
        ours, theirs = results["winnow"][metric], results["ct2"][metric]
        cells = [load.title, f"{load.threads}",
                 f"{what}, {load.output} out" if metric == "total" else what, unit,
                 show(load, ours), show(load, theirs), f"{theirs / ours:.2f}",
                 f"{target}" if target else ""]
        other = results.get("ort", {}).get(metric)
        cells += [show(load, other), f"{other / ours:.2f}"] if other else ["", ""]
        print_row(cells + [f"{others:.0f} %"])


def print_memory(load, ours, theirs, what):
    print_row([load.title, f"{load.threads}", what, "MB", f"{ours:.0f}", f"{theirs:.0f}",
               f"{theirs / ours:.2f}", "250 MB", "", "", ""])


def describe_machine(build):
    facts = dict(line.split(":", 1) for line in
                 subprocess.run(["lscpu"], capture_output=True, text=True, check=True)
                 .stdout.splitlines() if ":" in line)
    flags = facts["Flags"].split()
    known = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "avx512_bf16", "amx_int8")
    versions = []
    for package in ("ctranslate2", "onnxruntime", "torch", "transformers"):
        from importlib.metadata import version
        versions.append(f"{package} {version(package)}")
    commit = subprocess.run(["git", "-C", HERE, "log", "-1", "--format=%h"], capture_output=True,
                            text=True, check=False).stdout.strip()
    print(f"{datetime.date.today()}, {facts['Model name'].strip()} (family "
          f"{facts['CPU family'].strip()}, model {facts['Model'].strip()}), "
          f"{os.cpu_count()} cores, {' '.join(f for f in known if f in flags)}")
    print(f"Winnow {commit}; {', '.join(versions)}\n", flush=True)
    return flags


def find_engines(build, flags):
    forced = {"CT2_FORCE_CPU_ISA": "AVX512"} if "avx512f" in flags else {}
    engines = [
        Engine("winnow", "winnow", [os.path.join(build, "bench_engine"), "--worker"]),
        Engine("ct2", "ct2", [sys.executable, os.path.join(HERE, "peer_ctranslate2.py")],
               {**KEEP_MEMORY, **forced, "CT2_VERBOSE": "1"}, has_replicas=True),
        Engine("ort", "ort", [sys.executable, os.path.join(HERE, "peer_onnxruntime.py")],
               KEEP_MEMORY),
    ]
    return engines, forced


def check_tuning(engine, model, forced):
    """Stops unless CTranslate2 reports the instruction set that was set."""
    worker = Worker(engine, model)
    worker.ask("open")
    worker.close()
    settings = re.findall(r"(?:Selected ISA|GEMM_S8 backend|Selected compute type): .*", worker.read_log())
    print("CTranslate2 reports: " + "; ".join(settings) + "\n", flush=True)
    if forced and "Selected ISA: AVX512" not in settings:
        sys.exit("CTranslate2 does not use AVX-512 although it is set")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--build", default="build", help="folder of winnow and bench_engine")
    parser.add_argument("--work", default="build/bench", help="folder for models and texts")
    parser.add_argument("--only", default="", help="run only loads whose name matches, such as 'encoder'")
    parser.add_argument("--quick", action="store_true", help="fewer rounds and inputs")
    parser.add_argument("--without", action="append", default=[], choices=["ort"])
    options = parser.parse_args()
    import peer_models
    import sentencepiece
    flags = describe_machine(options.build)
    engines, forced = find_engines(options.build, flags)
    engines = [engine for engine in engines if engine.name not in options.without]
    work = os.path.abspath(options.work)
    os.makedirs(work, exist_ok=True)
    spiece = peer_models.find_vocabulary(work)
    processor = sentencepiece.SentencePieceProcessor(model_file=spiece)
    chosen = [load for load in loads(options.quick) if re.search(options.only, load.name)]
    models = {shape: peer_models.make_models(shape, processor, spiece, work,
                                             os.path.join(options.build, "winnow"))
              for shape in ["small"] + ["base"] * any(load.shape == "base" for load in chosen)}
    check_tuning(engines[1], models["small"]["ct2"], forced)
    print_row(["load", "threads", "what", "unit", "Winnow", "CTranslate2", "ratio", "target",
               "ONNX Runtime", "ratio", "others"])
    print_row(["---"] * 11)
    for load in chosen:
        texts = os.path.join(work, load.name + ".txt")
        peer_models.make_texts(processor, texts, load.lengths)
        results, others = measure(load, engines, models, texts)
        print_results(load, results, others)
        if load.pipeline:
            ours, theirs = results["winnow"]["memory"], results["ct2"]["memory"]
            print_memory(load, ours, theirs, "peak memory")
            theirs = measure_untuned_memory(load, engines[1], models, texts)
            print_memory(load, ours, theirs, "peak memory, CTranslate2 not tuned")
    if re.search(options.only, "open"):
        opening = measure_opening(engines, models, 3 if options.quick else 9)
        ours, *theirs = (opening[engine.name] for engine in engines)
        cells = ["opening the model", "1", "ready for one text", "ms", f"{ours * 1e3:.1f}"]
        for seconds, target in zip(theirs, (["10 ms"], [])):
            cells += [f"{seconds * 1e3:.1f}", f"{seconds / ours:.2f}", *target]
        print_row(cells + [""] * (11 - len(cells)))


if __name__ == "__main__":
    main()
