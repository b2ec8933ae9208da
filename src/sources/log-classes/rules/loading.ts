/** What keeps a program from starting: libraries and commands that are missing, code that does not load, bad settings. */
import type { Rule } from '../types.ts';

const failing = ['error', 'exception'] as const;
const anywhere = ['plain', 'error', 'exception'] as const;

export const loadingRules: readonly Rule[] = [
  // glibc elf/dl-load.c, elf/dl-lookup.c, elf/dl-version.c; cuDNN and CTranslate2 load libraries when first used.
  {
    class: 'missing_dependency',
    in: anywhere,
    family: 'death',
    pattern:
      /cannot open shared object file|^ImportError: \S+\.so[\w.]*: |error while loading shared libraries|undefined symbol: |symbol lookup error|version `[^']+' not found|wrong ELF class|invalid ELF header|Could not load (?:library )?lib|Unable to load any of \{lib|Library \S+ is not found or cannot be loaded|Could not load symbol \w+|Cannot load symbol \w+|CUDNN_STATUS_\w*(?:VERSION_MISMATCH|LOADING_FAILED)|cuDNN version incompatibility|failed to find ggml_backend_init|DLL load failed|No package metadata was found for/i,
    of: 'glibc ld.so, cuDNN 8 and 9, CTranslate2 src/cuda, torch',
  },
  // bash execute_cmd.c and its $0: line N: prefix; dash exec.c; coreutils' wrappers; the kernel's ENOEXEC.
  {
    class: 'missing_dependency',
    in: ['plain'],
    family: 'death',
    pattern:
      /^[\w./-]+: (?:line \d+: |\d+: )(?:exec: )?(?!\S*(?:\bmodels?\b|\.gguf))\S+: (?:command not found|not found|No such file or directory|Permission denied|cannot execute(?:: |\b).*|Exec format error|required file not found|Is a directory)$|^[\w./-]+: (?:\S+: )?(?:command not found|cannot execute(?: binary file)?: .*)$|^[\w./-]+: .*: bad interpreter: |^(?:\/usr\/bin\/)?env: .*: (?:No such file or directory|Permission denied)$|: failed to run command .*: (?:No such file|Permission denied|Exec format)/,
    of: 'bash, dash, env and coreutils',
  },
  {
    class: 'missing_dependency',
    in: ['plain'],
    family: 'death',
    pattern:
      /^supervisor: couldn't exec \S+: E\w+|^\S*python[\d.]*: No module named [^.\s]+$|^exec \S+: (?:no such file or directory|exec format error|permission denied)$/i,
    of: 'supervisor/process.py _spawn_as_child, Python -m, container runtimes',
  },
  {
    class: 'missing_dependency',
    in: failing,
    pattern:
      /FileNotFoundError: \[Errno 2\] No such file or directory: '[\w.+-]+'$|(?:ffmpeg|ffprobe|sox)\b.{0,40}\b(?:not found|not installed|No such file)|ffmpeg is not found|^OSError: \w+ library not found|^Failed to spawn: |Unable to find a usable engine|requires the following packages|No module named|ModuleNotFoundError/,
    of: 'subprocess of a command that is not installed; Python imports while running',
    vague: true,
  },

  {
    class: 'missing_dependency',
    in: failing,
    pattern: /Could not find a version that satisfies the requirement/,
    of: 'pip',
  },

  // Python cannot compile or import the program; see `traceback.ts` for how imports at start are told.
  {
    class: 'app_load',
    in: ['exception'],
    pattern:
      /^(?:SyntaxError|IndentationError|TabError)\b|^ImportError: (?:cannot import name|attempted relative import)|source code string cannot contain null bytes/,
    of: 'CPython',
  },
  // uvicorn/main.py, importer.py; gunicorn/util.py, arbiter.py; Python -m and its file argument.
  {
    class: 'app_load',
    in: anywhere,
    pattern:
      /Error loading ASGI app|Could not import module "|Attribute "\S+" not found in module|must be in format "<module>:<attribute>"|Failed to find attribute '[^']+' in '|Failed to find application object|Failed to parse '[^']+' as an attribute name|Worker failed to boot|App failed to load|Error while finding module specification for '|: No module named \S+\.\S+$|can't open file '[^']+': \[Errno|: can't find '__main__' module|class uri '[^']+' invalid or not found/,
    of: 'uvicorn, gunicorn, CPython',
  },
  {
    class: 'app_load',
    in: ['plain'],
    family: 'death',
    pattern:
      /^[\w./-]+: (?:-c: )?(?:line \d+: |\d+: )(?:syntax error\b|Syntax error: |unexpected EOF while looking for)/,
    of: 'bash parse.y, dash parser.c',
  },

  // common/arg.cpp; argparse; click; clap; getopt.
  {
    class: 'config_invalid',
    in: ['plain', 'error'],
    family: 'usage',
    pattern:
      /^(?:error: )?(?:invalid argument: |unknown argument: )\S|^error while handling (?:argument|environment variable) "|^(?:error: )?(?:--?[\w-]+ is required|invalid value for |unknown value for |\S+ requires one argument|invalid HF repo format)|malformed KV override|invalid (?:boolean )?(?:type|value) for KV override|Invalid hex character '|^(?:error: )?unknown language '|the supplied chat template is not supported|chat template parsing error: |failed to apply template: |failed to initialize (?:chat template|router models)|quantized V cache (?:requires|was requested)|the argument has been removed|invalid parameter for argument: |V cache quantization requires|\b(?:unknown|unsupported) (?:cache|KV) type/i,
    of: 'llama.cpp common/arg.cpp, common.cpp, chat.cpp; whisper.cpp',
  },
  {
    class: 'config_invalid',
    in: ['plain', 'error'],
    family: 'usage',
    pattern:
      /^[Uu]nknown option:? -|^(?:[\w./-]+: )?(?:[Ee]rror: )?(?:unrecognized arguments?: |the following arguments are required: |argument \S+: |ambiguous option: |Invalid value for |No such (?:option|command)|Missing (?:option|argument|parameter)|Got unexpected extra argument|unexpected argument '|unrecognized option |invalid option -- |illegal option -- |option requires an argument|can't chdir to '|.* is not a valid port number)/,
    of: 'argparse, click, clap, getopt, gunicorn',
  },
  // bash expand_word_internal: set -u and ${NAME:?message}; cd.
  {
    class: 'config_invalid',
    in: ['plain'],
    family: 'death',
    pattern:
      /^[\w./-]+: (?:line )?\d+: (?:[\w@*#?!$-]+: (?:unbound variable|parameter not set|parameter null or not set)|[A-Z_][A-Z0-9_]*: (?!command not found|not found|No such|Permission|cannot).+|cd: |ulimit: |\S*: (?:invalid option|numeric argument required))/,
    of: 'bash subst.c, dash expand.c',
  },
  {
    class: 'config_invalid',
    in: ['plain'],
    pattern: /^supervisor: couldn't (?:chdir|setuid|setgid|set umask)\b/,
    of: 'supervisor/process.py',
  },
  {
    class: 'config_invalid',
    in: failing,
    pattern:
      /validation errors? for \w*(?:Settings|Config)\b|\b[Mm]issing (?:required )?(?:environment variable|env(?:ironment)? var|setting|configuration)|(?:[Ee]nvironment variable|[Ee]nv var)\b.{0,60}\b(?:not set|is required|must be set|missing|undefined|unset)|\b[A-Z][A-Z0-9]*_[A-Z0-9_]+ (?:environment variable )?(?:is )?(?:not set|required|must be set|missing|unset)\b|ConfigurationError|ImproperlyConfigured|UndefinedValueError|MissingMandatoryValue|ValidationError: \w+ is required in env|Invalid model size '|Invalid compute type|unsupported device \S|Unknown Worker task queue|yaml\.(?:scanner|parser)\.\w+Error|tomllib?\.\w*DecodeError|configparser\.\w*Error|Invalid log level|Unable to configure (?:handler|formatter|logger|root)/,
    of: 'pydantic-settings, python-decouple, environs, dynaconf, omegaconf, CTranslate2 src/types.cc, faster-whisper, logging.config',
  },
];
