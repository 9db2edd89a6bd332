"""Read what other memory tools keep, each in the format that its documentation describes; pure: a file in, lines of ours out."""
