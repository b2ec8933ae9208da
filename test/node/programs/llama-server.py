#!/usr/bin/python3
"""Stand-in for llama-server (llama.cpp b4748): its order of events, answers, log lines and exits, without inference.

Python, because it maps the model file as the real one does, and Node cannot. STAND_IN_FAULT: cuda-oom, loads-forever;
STAND_IN_AFTER_SECONDS: how long loading takes; STAND_IN_GPU: where the fake nvidia-smi is told of memory."""

import argparse
import json
import mmap
import os
import resource
import signal
import socket
import socketserver
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LOADING = (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}})
READY = (200, {"status": "ok"})
NOT_FOUND = (404, {"error": {"code": 404, "message": "File Not Found", "type": "not_found_error"}})


def main():
    signal.signal(signal.SIGTERM, lambda *_: abort("terminate called without an active exception"))
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    options = parse_options()
    log_text("llama-build", options)
    server = listen(options)
    log(f"main: HTTP server is listening, hostname: {options.host}, port: {options.port}, http threads: 3")
    log("main: loading model")
    log(f"srv    load_model: loading model '{options.model}'")
    mapping = load(options)
    server.ready = True
    log_text("llama-ready", options)
    while mapping:
        signal.pause()


def parse_options():
    parser = argparse.ArgumentParser(prog="llama-server")
    parser.add_argument("-m", "--model", default=os.environ.get("LLAMA_ARG_MODEL"))
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080)
    return parser.parse_known_args()[0]


class Server(ThreadingHTTPServer):
    daemon_threads = True
    ready = False

    def server_bind(self):
        # The real one does so too: a second server on the same port gets half of the requests.
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        socketserver.TCPServer.server_bind(self)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        path = self.path.partition("?")[0]
        status, answer = LOADING if not self.server.ready else READY if path == "/health" else NOT_FOUND
        body = json.dumps(answer, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        log(f"srv  log_server_r: request: GET {path} {self.client_address[0]} {status}")

    def log_message(self, *_):
        pass


def listen(options):
    try:
        server = Server((options.host, options.port), Handler)
    except OSError:
        log(f"main: couldn't bind HTTP server socket, hostname: {options.host}, port: {options.port}")
        log("srv    operator(): operator(): cleaning up before exit...")
        sys.exit(1)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def load(options):
    """Returns the mapped file, which the caller keeps."""
    problem = find_problem(options.model)
    if problem:
        give_up(problem, options)
    log_text("llama-loading", options)
    fault = os.environ.get("STAND_IN_FAULT")
    time.sleep(86_400 if fault == "loads-forever" else float(os.environ.get("STAND_IN_AFTER_SECONDS", "0.5")))
    if fault == "cuda-oom":
        log("ggml_backend_cuda_buffer_type_alloc_buffer: allocating 4403.49 MiB on device 0: cudaMalloc failed: out of memory")
        give_up("llama_model_load: error loading model: unable to allocate CUDA0 buffer", options)
    with open(options.model, "rb") as file:
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    claim_gpu_memory(5_632)
    return mapping


def claim_gpu_memory(mebibytes):
    """Tells the fake nvidia-smi."""
    claims = os.environ.get("STAND_IN_GPU")
    if claims:
        Path(claims, str(os.getpid())).write_text(str(mebibytes))


def find_problem(path):
    """What the real loader says of a file that is missing or cut; None if it is whole."""
    try:
        with open(path, "rb") as file:
            name, required = read_header(file)
            if os.fstat(file.fileno()).st_size >= required:
                return None
            return f"llama_model_load: error loading model: tensor '{name}' data is not within the file bounds, model is corrupted or incomplete"
    except OSError:
        reason = f"gguf_init_from_file: failed to open GGUF file '{path}'"
    except struct.error:
        reason = "gguf_init_from_file_impl: failed to read key-value pairs"
    except ValueError:
        reason = "gguf_init_from_file_impl: failed to read magic"
    return f"{reason}\nllama_model_load: error loading model: llama_model_loader: failed to load model from {path}\n"


def read_header(file):
    """Name of the last tensor and the bytes that the file must have. Knows what test/node/gguf.ts writes, no more."""

    def read(form):
        return struct.unpack(form, file.read(struct.calcsize(form)))[0]

    def read_string():
        return file.read(read("<Q")).decode()

    if file.read(4) != b"GGUF":
        raise ValueError("magic")
    _version, tensors, pairs = read("<I"), read("<Q"), read("<Q")
    for _ in range(pairs):
        read_string()
        read_string() if read("<I") == 8 else read("<I")
    name, end = "", 0
    for _ in range(tensors):
        name, _dimensions, elements, _type, offset = read_string(), read("<I"), read("<Q"), read("<I"), read("<Q")
        end = max(end, offset + 4 * elements)
    return name, -(-file.tell() // 32) * 32 + end


def give_up(problem, options):
    log(problem)
    log("llama_model_load_from_file_impl: failed to load model")
    log(f"common_init_from_params: failed to load model '{options.model}'")
    log(f"srv    load_model: failed to load model, '{options.model}'")
    log("srv    operator(): operator(): cleaning up before exit...")
    abort("terminate called without an active exception")


def abort(last_words):
    log(last_words)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.abort()


def log_text(name, options):
    text = Path(__file__).resolve().with_name("texts").joinpath(f"{name}.txt").read_text()
    log(text.rstrip("\n").replace("{model}", str(options.model)).replace("{port}", str(options.port)))


def log(text):
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except BrokenPipeError:
        pass  # an orphan, whose supervisord no longer listens, serves on


main()
