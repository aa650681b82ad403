"""Bytes that no well-behaved HTTP peer sends, given to a server of `edge-node` and to one of Node's: the same events, the same answers."""
