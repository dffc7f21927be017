"""The sleeping hybrid language model: network, memory, sleep and engine."""
