"""peer_ctranslate2.py MODEL - the CTranslate2 worker of peers.py; see "The workers" there."""
import ctranslate2

import peer_worker


def open_model(path, threads=1, replicas=1):
    return ctranslate2.Translator(path, device="cpu", compute_type="int8", intra_threads=threads,
                                  inter_threads=replicas)


class Load:
    def __init__(self, path, threads, replicas, beam, batch_tokens, texts):
        self.translator = open_model(path, threads, replicas)
        self.beam = beam
        with open(texts + ".pieces", encoding="utf-8") as file:
            self.inputs = [line.split(" ") for line in file.read().splitlines()]
        # CTranslate2 sorts by length and forms batches; otherwise there is one batch for each replica.
        self.batching = {"max_batch_size": batch_tokens, "batch_type": "tokens"} if batch_tokens \
            else {"max_batch_size": -(-len(self.inputs) // replicas)}

    def run(self, output):
        results = self.translator.translate_batch(
            self.inputs, beam_size=self.beam, max_decoding_length=output,
            min_decoding_length=output, **self.batching)
        return sum(len(r.hypotheses[0]) for r in results)


if __name__ == "__main__":
    peer_worker.serve(open_model, Load)
