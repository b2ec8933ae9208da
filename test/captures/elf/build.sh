#!/bin/sh
# Builds the ELF files of this folder with gcc and binutils on x86-64.
set -eu
flags="-nostdlib -fPIC -s -Wl,-z,noseparate-code -Wl,-z,norelro -Wl,--build-id=none -Wl,--hash-style=gnu -Wl,-z,max-page-size=4096"
lib() { # OUTPUT SONAME SYMBOL [linker flags]
  out=$1; soname=$2; symbol=$3; shift 3
  echo "int $symbol(void) { return 1; }" | gcc $flags -shared ${soname:+-Wl,-soname,$soname} -o "$out" -x c - -x none -Wl,--no-as-needed "$@"
}
program() { out=$1; shift; echo 'void _start(void) {}' | gcc $flags -pie -o "$out" -x c - -x none -Wl,--no-as-needed "$@"; }

# A server that finds its libraries beside itself, one of which needs the driver's.
lib libcuda.so.1 libcuda.so.1 cuda
lib libggml.so libggml.so ggml ./libcuda.so.1
lib libllama.so libllama.so llama ./libggml.so
program server-runpath -Wl,--enable-new-dtags '-Wl,-rpath,$ORIGIN' ./libllama.so ./libggml.so -Wl,-rpath-link,.
# RUNPATH serves only the file that has it, RPATH also those that it loads.
program server-runpath-only-llama -Wl,--enable-new-dtags '-Wl,-rpath,$ORIGIN' ./libllama.so -Wl,-rpath-link,.
program server-rpath-only-llama -Wl,--disable-new-dtags '-Wl,-rpath,${ORIGIN}/../app' ./libllama.so -Wl,-rpath-link,.
program server-plain ./libllama.so -Wl,-rpath-link,.
program server-lib '-Wl,--enable-new-dtags,-rpath,$ORIGIN/$LIB' ./libcuda.so.1
# Symbol versions.
echo 'V_1 { global: old; local: *; }; V_2 { global: new_one; } V_1;' > two.map; echo 'V_1 { global: old; local: *; };' > one.map
echo 'int old(void){return 1;} int new_one(void){return 2;}' | gcc $flags -shared -Wl,-soname,libversioned.so.1 -Wl,--version-script=two.map -o libversioned-2.so -x c -
echo 'int old(void){return 1;}' | gcc $flags -shared -Wl,-soname,libversioned.so.1 -Wl,--version-script=one.map -o libversioned-1.so -x c -
lib libunversioned.so libversioned.so.1 old
echo 'int old(void); int new_one(void); void _start(void){old(); new_one();}' | gcc $flags -pie -o versioned -x c - -x none ./libversioned-2.so
# Others.
program musl -Wl,--dynamic-linker=/lib/ld-musl-x86_64.so.1 ./libggml.so -Wl,-rpath-link,.
echo 'void _start(void){}' | gcc $flags -static -o static -x c -
echo 'int cuda(void){return 1;}' | gcc $flags -m32 -shared -Wl,-soname,libcuda.so.1 -o libcuda-i386.so -x c -
program no-default-folders -Wl,-z,nodefaultlib ./libcuda.so.1
rm -f *.map
