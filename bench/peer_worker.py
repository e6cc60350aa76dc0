"""peer_worker.py - the request loop of the Python workers of peers.py."""
import json
import sys
import time


def status(field):
    """A field of /proc/self/status in megabytes."""
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(field))


def serve(open_engine, open_load):
    """Answers requests until the input ends. open_engine(model) prepares the engine.
    open_load(model, threads, replicas, beam, batch_tokens, texts) returns an object with `inputs`,
    a list of token lists, and `run`, which decodes exactly `output` tokens for each input and
    returns the number of tokens decoded."""
    base = status("VmRSS")
    model, load = sys.argv[1], None
    for line in sys.stdin:
        request, *words = line.split()
        began = time.perf_counter()
        if request == "load":
            threads, replicas, beam, _, batch_tokens = map(int, words[:5])
            load = open_load(model, threads, replicas, beam, batch_tokens, " ".join(words[5:]))
            reply = {"tokens": sum(map(len, load.inputs))}
        elif request == "run":
            tokens = load.run(int(words[0]))
            reply = {"seconds": time.perf_counter() - began, "tokens": tokens}
        elif request == "open":
            open_engine(model)
            reply = {"seconds": time.perf_counter() - began}
        else:
            reply = {"base": base, "peak": status("VmHWM")}
        print(json.dumps(reply), flush=True)
