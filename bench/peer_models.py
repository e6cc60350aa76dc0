"""peer_models.py - writes one set of random weights in the formats of all engines of peers.py."""
import json
import os
import random
import shutil
import subprocess

os.environ.setdefault("HF_HUB_OFFLINE", "1")

VOCABULARY = 32128
SHAPES = {
    "small": {"d_model": 512, "d_ff": 1024, "num_layers": 8, "num_decoder_layers": 8,
              "num_heads": 6},
    "base": {"d_model": 768, "d_ff": 2048, "num_layers": 12, "num_decoder_layers": 12,
             "num_heads": 12},
}

WORDS = """the a this that battery screen charger sound delivery parcel box price value quality
colour size strap zip pocket sleeve handle lid blade motor filter app update login password invoice
refund return staff waiter room bed shower view breakfast soup bread coffee tea arrived broke works
stopped fits shrank leaks hums glows cracked opened closed asked answered waited paid ordered loved
liked hated enjoyed returned replaced repaired cleaned charged twice again never always often very
too quite not only after before within without two three ten weeks days minutes and but because so
friendly slow fast warm cold loud quiet bright dark heavy light cheap dear sturdy flimsy soft rough
kettle vacuum lamp jacket headphones keyboard mattress suitcase stroller blender thermostat printer
surprisingly unfortunately honestly perfectly barely completely replacement subscription warranty
""".split()


def find_vocabulary(folder):
    """Flan-T5's SentencePiece model if this checkout has it, otherwise a made-up one."""
    real = os.path.join(os.path.dirname(__file__), "../../shared/tokenizer/flan-t5/spiece.model")
    path = os.path.join(folder, "spiece.model")
    if os.path.exists(path):
        return path
    if os.path.exists(real):
        shutil.copy(real, path)
        return path
    import sentencepiece
    choose = random.Random(0)
    text = os.path.join(folder, "words.txt")
    with open(text, "w", encoding="utf-8") as file:
        file.writelines(" ".join(choose.choices(WORDS, k=12)) + "\n" for _ in range(4000))
    sentencepiece.SentencePieceTrainer.train(
        input=text, model_prefix=path.removesuffix(".model"), vocab_size=400, model_type="unigram",
        pad_id=0, eos_id=1, unk_id=2, bos_id=-1, hard_vocab_limit=False, minloglevel=2)
    return path


def make_texts(processor, path, lengths):
    """Writes texts of exact lengths in tokens, including the end mark: one a line to `path`, and their
    pieces, for engines without a tokenizer, to `path`.pieces."""
    choose = random.Random(len(lengths) * 1000 + lengths[0])
    sizes = {word: len(processor.encode(word)) for word in WORDS}
    fillers = [word for word in WORDS if sizes[word] == 1]
    with open(path, "w", encoding="utf-8") as texts, \
            open(path + ".pieces", "w", encoding="utf-8") as pieces:
        for length in lengths:
            words, left = [], length - 1
            while left:
                word = choose.choice(WORDS)
                word = word if sizes[word] <= left else choose.choice(fillers)
                words.append(word)
                left -= sizes[word]
            text = " ".join(words)
            found = processor.encode(text, out_type=str) + ["</s>"]
            assert len(found) == length, (text, length)
            texts.write(text + "\n")
            pieces.write(" ".join(found) + "\n")


def make_weights(name, spiece, folder):
    """Writes a Hugging Face directory of the shape, with an untied output layer like Flan-T5's."""
    import torch
    import transformers
    torch.manual_seed(1)
    config = transformers.T5Config(
        vocab_size=VOCABULARY, d_kv=64, feed_forward_proj="gated-gelu", dropout_rate=0.0,
        tie_word_embeddings=False, decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
        **SHAPES[name])
    model = transformers.T5ForConditionalGeneration(config).eval()
    # Newer versions tie the weights in spite of the configuration.
    model.lm_head.weight = torch.nn.Parameter(
        torch.randn_like(model.shared.weight) * config.d_model ** -0.5)
    model.config.tie_word_embeddings = False
    model.save_pretrained(folder)
    path = os.path.join(folder, "config.json")
    with open(path, encoding="utf-8") as file:
        written = json.load(file)
    written.pop("scale_decoder_outputs", None)
    written["tie_word_embeddings"] = False
    with open(path, "w", encoding="utf-8") as file:
        json.dump(written, file, indent=2)
    shutil.copy(spiece, os.path.join(folder, "spiece.model"))
    return model


class Vocabulary:
    """The part of a tokenizer that the converter uses."""
    pad_token, eos_token, unk_token = "<pad>", "</s>", "<unk>"

    def __init__(self, processor):
        self.pieces = [processor.id_to_piece(i) for i in range(processor.get_piece_size())]

    def get_vocab(self):
        return {piece: i for i, piece in enumerate(self.pieces)}

    def convert_ids_to_tokens(self, i):
        return self.pieces[i]


def convert_for_ctranslate2(model, processor, source, folder):
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):
        """Uses the model as it is, because loading it again would tie its output layer."""

        def load_model(self, model_class, model_name_or_path, **kwargs):
            return model

        def load_tokenizer(self, tokenizer_class, model_name_or_path, **kwargs):
            return Vocabulary(processor)

    Converter(source).convert(folder, quantization="int8", force=True)


def make_models(name, processor, spiece, work, winnow):
    """Writes WORK/NAME (weights), NAME-ct2 and NAME-ort if they are missing, and always NAME.winnow,
    because the version of its format may have changed."""
    source = os.path.join(work, name)
    targets = {"ct2": source + "-ct2", "ort": source + "-ort", "winnow": source + ".winnow"}
    if not all(os.path.exists(os.path.join(targets[peer], "made")) for peer in ("ct2", "ort")):
        print(f"writing the models of shape {name} in {work}", flush=True)
        model = make_weights(name, spiece, source)
        convert_for_ctranslate2(model, processor, source, targets["ct2"])
        from peer_onnx_model import export_for_onnxruntime
        export_for_onnxruntime(model, targets["ort"])
        for peer in ("ct2", "ort"):
            open(os.path.join(targets[peer], "made"), "w", encoding="utf-8").close()
    subprocess.run([winnow, "model", "import", "--int8-only", source, targets["winnow"]],
                   check=True)
    return targets
