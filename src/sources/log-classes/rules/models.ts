/** Model files: not there, not whole, not what they should be, or waited for in vain. */
import type { Rule } from '../types.ts';

/** What tells a model by its path: the folder, or the ending. */
const mark = String.raw`(?:\bmodels?\b|\.(?:gguf|ggml|safetensors|onnx|ckpt|pth)\b)`;
const model = String.raw`${mark}[^'"\s]*`;
/** A path that has that, and begins here. */
const modelPath = String.raw`[^'"\s]*${model}`;

/** How long a script waited for it, which makes it a wait that ran out. */
const waited = String.raw`\b(?:after|within|in)\b(?: waiting)?(?: for)? ?\d+ ?(?:s|secs?|seconds|m|mins?|minutes|attempts|tries|retries|checks)\b|\b(?:after|within|in) \w*(?:WAIT|TIMEOUT)\w*(?:=| ?\()\d`;
const notWaited = String.raw`^(?!.*(?:${waited}))[^]*?`;
const failing = ['error', 'exception'] as const;
const llama = { in: ['plain', 'error'], family: 'llama' } as const;

export const modelRules: readonly Rule[] = [
  // ggml/src/gguf.cpp gguf_init_from_*: what it says of a file that is no GGUF, or not all of one.
  {
    class: 'model_invalid',
    ...llama,
    pattern:
      /gguf_init_from\w*: (?:failed to (?:read|seek)|invalid|this GGUF file|duplicate|tensor|string length|key|encountered|bad|unsupported|alignment|unexpected|GGUFv1|incorrect|.*(?:is extremely large|size overflow))|invalid magic (?:characters|number)|\bbad magic\b|not a (?:valid )?gguf file/i,
    of: 'ggml/src/gguf.cpp',
  },
  {
    class: 'model_invalid',
    ...llama,
    pattern:
      /is not within the file bounds|model is corrupted or incomplete|file is corrupted or incomplete|corrupted model:|unknown model architecture|error loading model (?:architecture|hyperparameters|vocabulary)|tensor '[^']*' (?:not found|is duplicated|has (?:wrong|invalid|unexpected))|wrong number of tensors|missing tensor|key not found in model|array key not found|unknown (?:pre-)?tokenizer|cannot find tokenizer|invalid split|missing key \S+ in GGUF split|(?:check_tensor_dims|done_getting_tensors): |unsupported (?:file|model) version|unknown \(?magic|read error: |unexpectedly reached end of file|found tensors with invalid data|CLIP cannot be used as main model/i,
    of: 'llama.cpp src/llama-model-loader.cpp, llama-model.cpp, llama-vocab.cpp',
  },
  {
    class: 'model_invalid',
    ...llama,
    pattern:
      /whisper_\w*model_load: (?:invalid|unknown tensor|tensor '|ERROR not all tensors|unknown exception)|not all tensors loaded from model file/,
    of: 'whisper.cpp src/whisper.cpp',
  },
  {
    class: 'model_invalid',
    in: failing,
    pattern:
      /File \S+ is incomplete: failed to read|Unsupported model (?:binary version|spec)|unsupported model binary version|model specification .* is not (?:supported|compatible)|Model binary version|Cannot load the vocabulary from the model|IndexError: variable \S+ not found/i,
    of: 'CTranslate2 src/models/model.cc, whisper.cc',
  },
  {
    class: 'model_invalid',
    in: failing,
    pattern:
      /SafetensorError|Error while deserializing header|MetadataIncompleteBuffer|PytorchStreamReader failed|failed finding central directory|invalid load key,|EOFError: Ran out of input|UnpicklingError: Weights only load failed|INVALID_PROTOBUF|Protobuf parsing failed|Unable to load weights from .*checkpoint file|Error\(s\) in loading state_dict|Consistency check failed: file should be of size|checksum (?:does not|doesn't|mismatch)|SHA256 checksum does not not match|(?:does|did) not match any variant of untagged enum|Error no file named .*config\.json|does not recognize this architecture|Unrecognized model in |is not a valid JSON file/i,
    of: 'safetensors, torch.load, pickle, huggingface_hub, onnxruntime, transformers, openai-whisper, tokenizers',
  },
  {
    class: 'model_invalid',
    in: [...failing, 'plain'],
    pattern:
      /^(?:\S+: )?(?:ERROR:? )?[^:]*\bmodel\b.{0,80}\b(?:is (?:corrupt(?:ed)?|incomplete|truncated|empty|zero bytes)|failed (?:validation|checksum|verification)|checksum mismatch)/i,
    of: 'start scripts',
  },
  {
    class: 'model_invalid',
    in: [...failing, 'plain'],
    pattern: new RegExp(
      String.raw`\b(?:sha-?\d{1,3}|md5|checksum|hash)(?:sum)? (?:mismatch|(?:does not|doesn't|did not) match)\b.*${mark}|^(?=\S*${mark})[^:]+: FAILED$`,
      'i',
    ),
    of: 'start scripts, coreutils sha256sum -c',
  },

  // errno texts beside a model's path; gguf.cpp, llama-mmap.cpp, whisper.cpp, clip.cpp.
  {
    class: 'model_missing',
    ...llama,
    pattern:
      /failed to open (?:GGUF file |VAD model )?'|error loading model: .*(?:failed to open |llama_model_loader: failed to load (?:model|GGUF split) from )|(?:cannot|could not|unable to|failed to) (?:open|find|stat|read) .*\.gguf\b|No such file or directory.*\.gguf|error: 'model': .* not found/,
    of: 'ggml/src/gguf.cpp, llama.cpp src/llama-mmap.cpp, whisper.cpp; the loader where gguf.cpp found no fault in the file',
  },
  {
    class: 'model_missing',
    in: failing,
    pattern: new RegExp(
      String.raw`${notWaited}(?:(?:No such file or directory|Permission denied|Input/output error|Stale file handle|does not exist|not found|doesn't exist)\b.{0,20}['":= ]${modelPath}|${model}['"]?:? (?:No such file|Permission denied|does not exist|not found|doesn't exist|is missing|is not (?:a file|there|readable|available))|Model (?:file|path|directory|not)\b.{0,120}\b(?:not found|does not exist|doesn't exist|missing)|Model \S+ not found)`,
      'i',
    ),
    of: 'errno texts of any program',
  },
  {
    class: 'model_missing',
    in: ['plain'],
    family: 'death',
    pattern: new RegExp(
      String.raw`^[\w./-]+: (?:line \d+: |\d+: )?(?:\w+: )?(?:cannot (?:open|access|stat|statx) )?['"‘]?${modelPath}['"’]?:? (?:No such file or directory|Permission denied|Input/output error|Stale file handle)`,
    ),
    of: 'bash, dash and coreutils',
  },
  {
    class: 'model_missing',
    in: failing,
    pattern:
      /Unable to open file '[^']*' in model|(?:LocalEntryNotFound|RepositoryNotFound|EntryNotFound|RevisionNotFound|GatedRepo)Error|OfflineModeIsEnabled|cannot find (?:the|an) appropriate (?:cached )?snapshot folder|Error no file named \S+(?!.*config\.json)|does not appear to have a file named|couldn't find (?:it|them) in the cached files|is not a (?:local folder and is not a valid model identifier|path to a directory containing)|HFValidationError: Repo id must|: NO_SUCHFILE|Load model .* failed\. File doesn't exist|Can't load (?:tokenizer|the model|feature extractor|the configuration) (?:for|of)/i,
    of: 'CTranslate2 src/models/model_reader.cc, huggingface_hub, transformers, onnxruntime',
  },
  {
    class: 'model_missing',
    in: ['plain'],
    pattern: new RegExp(
      String.raw`^(?!.*(?:\b(?:retry|retrying|again|yet|waiting|wait|next|attempt|try|downloading|fetching|syncing)\b|\(\d+\/\d+|${waited}))(?:\[[\w .:-]+\] )?(?:ERROR:? |error: |FATAL:? )?(?:the )?model (?:file |path )?(?:\S+ )?(?:not found|does not exist|is missing|missing)\b`,
      'i',
    ),
    of: 'start scripts',
  },
  // The last lines of a failed load, whatever the cause: model.cpp, common.cpp, server.cpp.
  {
    class: 'model_invalid',
    ...llama,
    vague: true,
    pattern:
      /error loading model:|failed to load (?:model|(?:multimodal |draft |lora |CLIP )(?:model|adapter))|unable to load model|exiting due to model loading error|failed to initialize whisper context/i,
    of: 'llama.cpp, whisper.cpp',
  },

  // What waits for a model and gives up.
  {
    class: 'wait_timeout',
    in: ['plain', 'warning', 'error', 'exception'],
    family: 'death',
    pattern: new RegExp(
      String.raw`^(?!.*\b(?:retrying|again|yet|still waiting|next|attempt)\b).*?(?:\b(?:tim(?:ed|e|ing)[ -]?out|timeout|gave up|giving up)\b.{0,40}\b(?:wait|after|for)\b.{0,60}(?:\bmodel|\.gguf|\bweights|\bcheckpoint)|${mark}.{0,160}\b(?:not (?:found|ready|available|visible|present|stable|complete|there)|did not (?:appear|become|show up|arrive)|still (?:missing|changing|growing|incomplete|absent)|is missing|never (?:appeared|arrived))\b.{0,60}(?:${waited})|\bno (?:\w+ )?(?:model|gguf)\b.{0,160}(?:${waited})|LLAMA_WAIT_SECONDS.{0,40}(?:exceeded|expired|elapsed|reached)|wait(?:ed|ing)\b.{0,60}${mark}.{0,160}\b(?:timed out|giving up|gave up|exceeded|expired|too long))`,
      'i',
    ),
    of: 'start scripts that wait for a model file',
  },
];
