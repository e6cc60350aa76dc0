"""peer_ctranslate2.py MODEL - CTranslate2's side of peers.py; see there, "The workers"."""
import json
import sys
import time

import ctranslate2


def status(field):
    with open("/proc/self/status", encoding="ascii") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith(field))


def open_model(path, threads=1, replicas=1):
    return ctranslate2.Translator(path, device="cpu", compute_type="int8", intra_threads=threads,
                                  inter_threads=replicas)


class Load:
    def __init__(self, path, threads, replicas, beam, batch_tokens, texts):
        self.translator = open_model(path, threads, replicas)
        self.beam = beam
        with open(texts + ".pieces", encoding="utf-8") as file:
            self.inputs = [line.split(" ") for line in file.read().splitlines()]
        # Sorted by length and cut into batches by CTranslate2; one batch a replica otherwise.
        self.batching = {"max_batch_size": batch_tokens, "batch_type": "tokens"} if batch_tokens \
            else {"max_batch_size": -(-len(self.inputs) // replicas)}

    def run(self, output):
        """Exactly `output` tokens for every input."""
        began = time.perf_counter()
        results = self.translator.translate_batch(
            self.inputs, beam_size=self.beam, max_decoding_length=output,
            min_decoding_length=output, **self.batching)
        seconds = time.perf_counter() - began
        return {"seconds": seconds, "tokens": sum(len(r.hypotheses[0]) for r in results)}


def answer(path, load, words):
    if words[0] == "load":
        threads, replicas, beam, _, batch_tokens = map(int, words[1:6])
        load = Load(path, threads, replicas, beam, batch_tokens, " ".join(words[6:]))
        return load, {"tokens": sum(map(len, load.inputs))}
    if words[0] == "run":
        return load, load.run(int(words[1]))
    if words[0] == "open":
        began = time.perf_counter()
        open_model(path)
        return load, {"seconds": time.perf_counter() - began}
    return load, {"base": BASE, "peak": status("VmHWM")}


BASE = status("VmRSS")


def main():
    load = None
    for line in sys.stdin:
        load, reply = answer(sys.argv[1], load, line.split())
        print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    main()
