#!/usr/bin/env bash
# make.sh - makes the small vocabularies of the tokenizer's tests anew from text.txt and rules.tsv
# (normalisation: source and target code points), and the ids that libsentencepiece 0.1.97 gives for
# the lines of lines.txt. Needs Debian's package sentencepiece; nothing else in the tests does.
set -eu
cd "$(dirname "$0")"
common="--input=text.txt --pad_id=0 --eos_id=1 --unk_id=2 --bos_id=-1 --hard_vocab_limit=false
    --normalization_rule_tsv=rules.tsv --num_threads=1 --minloglevel=1"
spm_train $common --model_prefix=spiece --vocab_size=640 --byte_fallback \
    --user_defined_symbols='<sentiment>,<topics>,<summary>' --character_coverage=0.98
spm_train $common --model_prefix=spaces --vocab_size=330 --character_coverage=0.98 \
    --remove_extra_whitespaces=false --add_dummy_prefix=false
rm -f spiece.vocab spaces.vocab
for model in spiece spaces; do
    spm_encode --model=$model.model --output_format=id --extra_options=eos <lines.txt >$model.ids
done
