"""Reach other people's servers: which addresses may be called, how a message is signed, how it is sent, when again."""
