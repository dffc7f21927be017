"""GGUF files: what is in them, their tokenizers, and an engine over llama.cpp for those it runs."""
