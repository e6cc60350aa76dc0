#!/usr/bin/env bash
# make.sh - trains the small vocabularies of the tokenizer tests on text.txt and rules.tsv
# (normalization: source and target code points), and encodes lines.txt with them. Needs Debian's package
# sentencepiece (libsentencepiece 0.1.97); the tests themselves do not.
set -eu
cd "$(dirname "$0")"
common=(--input=text.txt --pad_id=0 --eos_id=1 --unk_id=2 --bos_id=-1 --hard_vocab_limit=false
    --normalization_rule_tsv=rules.tsv --num_threads=1 --minloglevel=1)
spm_train "${common[@]}" --model_prefix=spiece --vocab_size=640 --byte_fallback \
    --user_defined_symbols='<sentiment>,<topics>,<summary>' --character_coverage=0.98
spm_train "${common[@]}" --model_prefix=spaces --vocab_size=330 --character_coverage=0.98 \
    --remove_extra_whitespaces=false --add_dummy_prefix=false
rm -f spiece.vocab spaces.vocab
for model in spiece spaces; do
    spm_encode --model=$model.model --output_format=id --extra_options=eos <lines.txt >$model.ids
done
